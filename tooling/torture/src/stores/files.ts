/** Stores in files: each in a data folder of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "./store.ts";

const OPTIONS = { name: "clients", subfolder: "hivemind-core" };

export const jsonStore = (): Promise<Store> => fileStore("json", "@hivemind/db-json");
export const sqliteStore = (): Promise<Store> => fileStore("sqlite", "@hivemind/db-sqlite");

async function fileStore(subject: string, module: string): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), `hivemind-torture-${subject}-`));
  return {
    subject,
    place: {
      module: import.meta.resolve(module),
      name: module,
      options: OPTIONS,
      env: { XDG_DATA_HOME: folder },
    },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
