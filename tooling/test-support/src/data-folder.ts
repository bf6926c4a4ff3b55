import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@hivemind/db-core";
import type { BackendPlugin, Client, ClientDatabase, Notice } from "@hivemind/db-core";
import { onTestFinished, vi } from "vitest";

/** What Python hubs wrote. */
export const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

export interface DataFolder<Options> {
  readonly dataHome: string;
  /** Where the store is. */
  readonly folder: string;
  /** What all databases told of. */
  readonly notices: Notice[];
  readonly database: (options?: Partial<Options>, create?: boolean) => ClientDatabase;
  /** Opened, and closed with the test. */
  readonly open: (options?: Partial<Options>, create?: boolean) => Promise<ClientDatabase>;
}

interface Named {
  readonly name: string;
  readonly subfolder: string;
}

/** A data folder of its own for one test. `XDG_DATA_HOME` points to it until the test ends. */
export function dataFolder<Options extends Named>(plugin: BackendPlugin<Options>): DataFolder<Options> {
  const dataHome = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-data-")));
  onTestFinished(() => rmSync(dataHome, { recursive: true, force: true }));
  vi.stubEnv("XDG_DATA_HOME", dataHome);
  const folder = join(dataHome, "hivemind-core");
  mkdirSync(folder);
  const named: Named = { name: "clients", subfolder: "hivemind-core" };
  const notices: Notice[] = [];
  const onNotice = (notice: Notice): void => void notices.push(notice);
  const database: DataFolder<Options>["database"] = (options, create = false) =>
    createDatabase(plugin, { ...named, ...options } as Options, { create, onNotice, lastSeenIntervalMs: 0 });
  return {
    dataHome,
    folder,
    notices,
    database,
    open: async (options, create) => {
      const opened = database(options, create);
      await opened.open();
      onTestFinished(() => opened.close());
      return opened;
    },
  };
}

export function all(db: ClientDatabase): Promise<Client[]> {
  return Array.fromAsync(db.listClients());
}
