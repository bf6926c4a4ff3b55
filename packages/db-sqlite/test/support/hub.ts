/** A data folder of its own for one test, as a Python hub left it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientDatabase, Finding } from "@hivemind/db-core";
import { dataFolder, FIXTURES } from "../../../../tooling/test-support/src/data-folder.ts";
import type { DataFolder } from "../../../../tooling/test-support/src/data-folder.ts";
import plugin from "../../src/plugin.ts";
import type { SqliteOptions } from "../../src/plugin.ts";

export { all, fixture } from "../../../../tooling/test-support/src/data-folder.ts";

/** Of `fixtures/v2/clients-encrypted.db`. */
export const FIXTURE_PASSWORD = "hunter2 with 'quote'";

export interface Hub extends DataFolder<SqliteOptions> {
  readonly path: (name?: string) => string;
  readonly write: (name: string, content: string | Buffer) => void;
  /** Every file with a sum of its bytes, but for the -shm of who has the store open. */
  readonly snapshot: () => ReadonlyMap<string, string>;
}

export function hub(fixtureFolder?: "v1" | "v2"): Hub {
  const data = dataFolder(plugin);
  const { folder } = data;
  if (fixtureFolder !== undefined) {
    for (const name of readdirSync(join(FIXTURES, fixtureFolder)).filter((file) => file.endsWith(".db"))) {
      cpSync(join(FIXTURES, fixtureFolder, name), join(folder, name));
      chmodSync(join(folder, name), 0o600);
    }
  }
  return {
    ...data,
    path: (name = "clients.db") => join(folder, name),
    write: (name, content) => writeFileSync(join(folder, name), content, { mode: 0o600 }),
    snapshot: () => snapshotOf(folder),
  };
}

/** Read by another process: closing a file that SQLite has open would drop its locks in this one. */
function snapshotOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return !name.endsWith("-shm") && stats?.isFile() === true;
  });
  return new Map(names.map((name) => [name, sumOf(join(folder, name))]));
}

function sumOf(path: string): string {
  const bytes = execFileSync("cat", [path], { maxBuffer: 1 << 28 });
  return createHash("sha256").update(bytes).digest("hex");
}

export function findings(db: ClientDatabase, repair = false): Promise<Finding[]> {
  return Array.fromAsync(db.verify({ repair }));
}
