import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";

export interface Outcome {
  readonly added: number;
  readonly code?: string;
  readonly message?: string;
}

/**
 * A program's whole work: adds clients until it fails or has added as many as its first argument says, as the user
 * of its second; prints the outcome as JSON.
 */
export async function addUntilItFails(openDatabase: () => Promise<ClientDatabase>): Promise<void> {
  const [count = "1", user = ""] = process.argv.slice(2);
  if (user !== "") {
    process.setgroups?.([]);
    process.setgid?.(Number(user));
    process.setuid?.(Number(user));
  }
  let added = 0;
  let failure: Omit<Outcome, "added"> = {};
  try {
    const db = await openDatabase();
    for (; added < Number(count); added += 1) await db.addClient({ description: "x".repeat(2000) });
    await db.close();
  } catch (error) {
    if (!isDbError(error)) throw error;
    failure = { code: error.code, message: error.message };
  }
  process.stdout.write(`${JSON.stringify({ added, ...failure })}\n`);
}
