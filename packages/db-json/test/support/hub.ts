/** A data folder of its own for one test, as a Python hub left it. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@hivemind/db-core";
import type { Client, ClientDatabase, Notice } from "@hivemind/db-core";
import { onTestFinished, vi } from "vitest";
import plugin from "../../src/plugin.ts";
import type { JsonOptions } from "../../src/plugin.ts";

const FIXTURES = fileURLToPath(new URL("../../../../tooling/fixtures/", import.meta.url));

export interface Hub {
  readonly dataHome: string;
  /** Where the store is. */
  readonly folder: string;
  readonly notices: Notice[];
  readonly path: (name: string) => string;
  readonly read: (name: string) => string;
  readonly write: (name: string, content: string | Buffer) => void;
  /** Every file with its bytes, to see that nothing has changed. */
  readonly snapshot: () => ReadonlyMap<string, string>;
  readonly database: (options?: Partial<JsonOptions>, create?: boolean) => ClientDatabase;
  /** Opened, and closed with the test. */
  readonly open: (options?: Partial<JsonOptions>, create?: boolean) => Promise<ClientDatabase>;
}

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

/** `XDG_DATA_HOME` points to it until the test ends. */
export function hub(fixtureFolder?: "v1" | "v2"): Hub {
  const dataHome = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-db-json-")));
  onTestFinished(() => rmSync(dataHome, { recursive: true, force: true }));
  vi.stubEnv("XDG_DATA_HOME", dataHome);
  const folder = join(dataHome, "hivemind-core");
  mkdirSync(folder);
  if (fixtureFolder !== undefined) cpSync(join(FIXTURES, fixtureFolder), folder, { recursive: true });
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
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name), "utf8"),
    write: (name, content) => writeFileSync(join(folder, name), content),
    snapshot: () =>
      new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")])),
    open: async (options, create) => {
      const opened = database(options, create);
      await opened.open();
      onTestFinished(() => opened.close());
      return opened;
    },
  };
}

export async function all(db: ClientDatabase): Promise<Client[]> {
  return Array.fromAsync(db.listClients());
}

/** A record as a Python hub writes it. */
export function recordText(id: number, accessKey: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    client_id: id,
    api_key: accessKey,
    name: `c${id}`,
    description: "",
    is_admin: false,
    last_seen: -1,
    allowed_types: ["recognizer_loop:utterance"],
    crypto_key: null,
    password: null,
    can_broadcast: true,
    can_escalate: true,
    can_propagate: true,
    metadata: {},
    ...more,
  });
}
