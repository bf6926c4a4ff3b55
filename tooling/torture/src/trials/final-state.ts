/** What is in the store when everybody has ended: opened anew, listed, and verified. */
import { Violation } from "../trial.ts";
import type { Ending } from "../history/check.ts";
import { openPlace } from "../stores/store.ts";
import type { Place } from "../stores/store.ts";
import { stepsOf } from "../workers/act.ts";

export async function endingOf(place: Place): Promise<Ending> {
  const db = await openPlace(place);
  try {
    const findings = await Array.fromAsync(db.verify());
    const wrong = findings.find(({ severity }) => severity === "error");
    if (wrong !== undefined) throw new Violation(`verify: ${wrong.code}: ${wrong.message}`);
    const clients = await Array.fromAsync(db.listClients(), (client) => ({
      ...stepsOf(client),
      id: client.id,
      name: client.name,
      lastSeen: client.lastSeen,
      revoked: client.revoked,
    }));
    return { clients };
  } finally {
    await db.close();
  }
}
