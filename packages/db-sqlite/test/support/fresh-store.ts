/** Stores for the conformance suite: each in a subfolder of one data folder, which other processes inherit. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FreshStore, HostileRecord, Seed } from "@hivemind/db-core/conformance";
import { afterAll } from "vitest";
import type { SqliteOptions } from "../../src/plugin.ts";
import { makeHubFile } from "./python-hub.ts";

const dataHome = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-db-sqlite-")));
process.env["XDG_DATA_HOME"] = dataHome;
afterAll(() => rmSync(dataHome, { recursive: true, force: true }));

/** The table has one place for an id, and an access key has to be there. */
export const cannotHold: readonly HostileRecord[] = [
  "no-access-key",
  "text-for-record",
  "list-for-record",
  "id-differs-from-key",
  "key-is-no-id",
];

/** A key instead of a password: making one of a password takes 200 ms, and the suite opens 1,000 handles. */
export const rawKey = `x'${"0123456789abcdef".repeat(4)}'`;

export function freshStore(password?: string): (seed?: Seed) => Promise<FreshStore<SqliteOptions>> {
  return async (seed) => {
    const options = {
      name: "clients",
      subfolder: randomUUID(),
      ...(password === undefined ? {} : { password }),
    };
    const folder = join(dataHome, options.subfolder);
    const path = join(folder, "clients.db");
    if (seed !== undefined) {
      mkdirSync(folder);
      await makeHubFile(path, password, seed.schema, seed.records);
    }
    return {
      options,
      snapshot: async () => new Map(filesIn(folder).map((name) => [name, bytesOf(join(folder, name))])),
      destroy: async () => rmSync(path),
      copyAt: (copy) => {
        const subfolder = randomUUID();
        mkdirSync(join(dataHome, subfolder));
        cpSync(copy, join(dataHome, subfolder, "clients.db"));
        return { ...options, subfolder };
      },
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  };
}

/** All that holds data: not the -shm of who has the store open, and not a log without an entry. */
function filesIn(folder: string): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => !name.endsWith("-shm") && statSync(join(folder, name)).size > 0);
}

/** Read by another process: closing a file that SQLite has open would drop its locks in this one. */
function bytesOf(path: string): string {
  return execFileSync("cat", [path], { encoding: "latin1", maxBuffer: 1 << 28 });
}
