/** Tries to add clients until it fails or has added as many as asked for; prints the outcome as JSON. */
import { isDbError } from "@hivemind/db-core";
import { openDatabase } from "./database.ts";

const [count = "1", user = ""] = process.argv.slice(2);
if (user !== "") {
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
const outcome: { added: number; code?: string; message?: string } = { added: 0 };
try {
  const db = await openDatabase();
  for (; outcome.added < Number(count); outcome.added += 1)
    await db.addClient({ description: "x".repeat(2000) });
  await db.close();
} catch (error) {
  if (!isDbError(error)) throw error;
  outcome.code = error.code;
  outcome.message = error.message;
}
process.stdout.write(`${JSON.stringify(outcome)}\n`);
