/** Another program on the same store: adds clients, and revokes them when it is told to. */
import { setTimeout as delay } from "node:timers/promises";
import { openPlace } from "../../torture/src/stores/store.ts";
import type { Place } from "../../torture/src/stores/store.ts";
import { now } from "./clock.ts";
import type { Answer, Request } from "./revoker.ts";

const db = await openPlace(JSON.parse(process.argv[2] ?? "") as Place);
process.on("message", (request: Request) => void act(request));
process.once("disconnect", () => void db.close());
answer({ ready: true });

async function act(request: Request): Promise<void> {
  if (request.do === "add") {
    const drafts = request.keys.map((accessKey) => ({ accessKey, canEscalate: true }));
    const added = await db.addClients(drafts);
    return answer({ ids: added.map(({ client }) => client.id) });
  }
  if (request.do === "touch") return db.touch(request.id);
  if (request.afterMs > 0) await delay(request.afterMs);
  await db.revokeClient(request.id);
  answer({ revoked: request.id, at: now() });
}

function answer(message: Answer): void {
  process.send?.(message);
}
