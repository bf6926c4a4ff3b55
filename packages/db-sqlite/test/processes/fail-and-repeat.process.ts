/** Adds clients until the system refuses to let the files grow, lifts that limit, and repeats the last one. */
import { execFileSync } from "node:child_process";
import { isDbError } from "@hivemind/db-core";
import { openDatabase } from "./database.ts";

const db = await openDatabase();
for (let added = 0; ; added += 1) {
  try {
    await db.addClient({ accessKey: `key-${added}`, description: "x".repeat(2000) });
  } catch (error) {
    if (!isDbError(error)) throw error;
    const { code, token } = error;
    const isThere = (await db.authenticate({ accessKey: `key-${added}` })).allowed;
    execFileSync("sh", ["-c", `prlimit --fsize=unlimited --pid ${process.pid}`]);
    const options = token === undefined ? {} : { token };
    const { client } = await db.addClient({ accessKey: `key-${added}` }, options);
    const again = await db.addClient({ accessKey: `key-${added}` }, options);
    await db.close();
    process.stdout.write(
      JSON.stringify({
        added,
        code,
        hasToken: token !== undefined,
        isThere,
        ids: [client.id, again.client.id],
      }),
    );
    break;
  }
}
