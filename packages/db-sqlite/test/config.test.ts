/** A node that had its clients in JSON has them in SQLite with one line of its config changed. */
import { openDatabase, readConfig } from "@hivemind/db-core";
import { expect, onTestFinished, test } from "vitest";
import { all, hub } from "./support/hub.ts";

const SERVER_JSON = `{
  // as a Python hub writes it
  "agent_protocol": { "module": "ovos" },
  "database": {
    "module": "hivemind-json-db-plugin",
    "hivemind-json-db-plugin": { "name": "clients", "subfolder": "hivemind-core" },
    "hivemind-sqlite-db-plugin": { "name": "clients", "subfolder": "hivemind-core", "busyTimeoutMs": 2000 }
  }
}`;

test.each(["hivemind-sqlite-db-plugin", "@hivemind/db-sqlite"])("the line names %s", async (name) => {
  const { path, write } = hub("v2");
  write("server.json", SERVER_JSON.replace('"module": "hivemind-json-db-plugin"', `"module": "${name}"`));

  const db = await openDatabase(await readConfig(path("server.json")), { from: import.meta.url });
  onTestFinished(() => db.close());

  expect(db.plugin.name).toBe("@hivemind/db-sqlite");
  expect(db.info().location).toBe(path());
  expect(await all(db)).toHaveLength(10);
});
