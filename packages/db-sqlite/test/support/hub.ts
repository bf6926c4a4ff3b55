/** A data folder of its own for one test, as a Python hub left it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@hivemind/db-core";
import type { Client, ClientDatabase, Finding, Notice } from "@hivemind/db-core";
import { onTestFinished, vi } from "vitest";
import plugin from "../../src/plugin.ts";
import type { SqliteOptions } from "../../src/plugin.ts";

const FIXTURES = fileURLToPath(new URL("../../../../tooling/fixtures/", import.meta.url));

/** Of `fixtures/v2/clients-encrypted.db`. */
export const FIXTURE_PASSWORD = "hunter2 with 'quote'";

export interface Hub {
  readonly dataHome: string;
  /** Where the store is. */
  readonly folder: string;
  readonly notices: Notice[];
  readonly path: (name?: string) => string;
  readonly write: (name: string, content: string | Buffer) => void;
  /** Every file with a sum of its bytes, but for the -shm of who has the store open. */
  readonly snapshot: () => ReadonlyMap<string, string>;
  readonly database: (options?: Partial<SqliteOptions>, create?: boolean) => ClientDatabase;
  /** Opened, and closed with the test. */
  readonly open: (options?: Partial<SqliteOptions>, create?: boolean) => Promise<ClientDatabase>;
}

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

/** `XDG_DATA_HOME` points to it until the test ends. */
export function hub(fixtureFolder?: "v1" | "v2"): Hub {
  const dataHome = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-db-sqlite-")));
  onTestFinished(() => rmSync(dataHome, { recursive: true, force: true }));
  vi.stubEnv("XDG_DATA_HOME", dataHome);
  const folder = join(dataHome, "hivemind-core");
  mkdirSync(folder);
  if (fixtureFolder !== undefined) {
    for (const name of readdirSync(join(FIXTURES, fixtureFolder)).filter((file) => file.endsWith(".db"))) {
      cpSync(join(FIXTURES, fixtureFolder, name), join(folder, name));
      chmodSync(join(folder, name), 0o600);
    }
  }
  const notices: Notice[] = [];
  const database: Hub["database"] = (options, create = false) =>
    createDatabase(
      plugin,
      { name: "clients", subfolder: "hivemind-core", ...options },
      { create, onNotice: (notice) => notices.push(notice) },
    );
  return {
    dataHome,
    folder,
    notices,
    database,
    path: (name = "clients.db") => join(folder, name),
    write: (name, content) => writeFileSync(join(folder, name), content, { mode: 0o600 }),
    snapshot: () => snapshotOf(folder),
    open: async (options, create) => {
      const opened = database(options, create);
      await opened.open();
      onTestFinished(() => opened.close());
      return opened;
    },
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

export function all(db: ClientDatabase): Promise<Client[]> {
  return Array.fromAsync(db.listClients());
}

export function findings(db: ClientDatabase, repair = false): Promise<Finding[]> {
  return Array.fromAsync(db.verify({ repair }));
}
