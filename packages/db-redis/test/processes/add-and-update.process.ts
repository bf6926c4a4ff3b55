/**
 * Adds clients, and counts up in the metadata of one that all processes share. Prints the ids that it was
 * given.
 */
import { createDatabase } from "@hivemind/db-core";
import plugin from "../../src/plugin.ts";
import { testOptions } from "../support/options.ts";

const [port = "", adds = "0", updates = "0"] = process.argv.slice(2);
const db = createDatabase(plugin, testOptions({ port: Number(port) }), { create: true });
await db.open();
const ids: number[] = [];
const adding = async (): Promise<void> => {
  for (let i = 0; i < Number(adds) / 4; i += 1) ids.push((await db.addClient()).client.id);
};
const counting = async (): Promise<void> => {
  for (let i = 0; i < Number(updates); i += 1) {
    await db.updateClient(1, ({ metadata }) => ({
      metadata: { counter: Number(metadata["counter"] ?? 0) + 1 },
    }));
  }
};
await Promise.all([adding(), adding(), adding(), adding(), counting()]);
await db.close();
process.stdout.write(JSON.stringify(ids));
