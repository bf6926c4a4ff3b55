/** The other process: opens the store, does what it is asked to, and ends when its parent lets go of it. */
import type { BackendPlugin } from "../../backend/contract.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import { createDatabase } from "../../database/create-database.ts";
import { COMMANDS } from "./commands.ts";
import type { Answer, Opening, Request } from "./messages.ts";

const [module = ""] = process.argv.slice(2);
const { default: plugin } = (await import(module)) as { readonly default: BackendPlugin };

process.once("message", (opening: Opening) => void serve(opening));

async function serve({ options, database }: Opening): Promise<void> {
  const db = createDatabase(plugin, options, { ...database, create: true, lastSeenIntervalMs: 0 });
  await db.open();
  process.on("message", (request: Request) => void run(db, request).then(answer));
  process.once("disconnect", () => void db.close());
  answer({ ready: true });
}

async function run(db: ClientDatabase, { number, command, args }: Request): Promise<Answer> {
  const call = COMMANDS[command] as (db: ClientDatabase, ...args: readonly unknown[]) => Promise<unknown>;
  try {
    return { number, result: await call(db, ...args) };
  } catch (error) {
    return { number, failed: String(error) };
  }
}

function answer(message: Answer): void {
  // A parent that has let go does not wait for an answer.
  if (process.connected) process.send?.(message);
}
