/** Stores for the conformance suite: each in a subfolder of one data folder, which other processes inherit. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FreshStore, Seed } from "@hivemind/db-core/conformance";
import { afterAll } from "vitest";
import { encrypted, plainText } from "../../src/file-codec.ts";
import type { JsonOptions } from "../../src/plugin.ts";

const dataHome = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-db-json-")));
process.env["XDG_DATA_HOME"] = dataHome;
afterAll(() => rmSync(dataHome, { recursive: true, force: true }));

export function freshStore(password?: string): (seed?: Seed) => Promise<FreshStore<JsonOptions>> {
  const codec = password === undefined ? plainText : encrypted(Buffer.from(password));
  const file = password === undefined ? "clients.json" : "clients.ejson";
  return async (seed) => {
    const subfolder = randomUUID();
    const folder = join(dataHome, subfolder);
    if (seed !== undefined) {
      const members = seed.records.map(([key, text]) => `${JSON.stringify(key)}: ${text}`);
      mkdirSync(folder);
      writeFileSync(join(folder, file), codec.encode(`{${members.join(", ")}}`));
      if (seed.schema > 1) writeFileSync(join(folder, "clients.schema_version"), String(seed.schema));
    }
    return {
      options: { name: "clients", subfolder, ...(password === undefined ? {} : { password }) },
      snapshot: async () =>
        new Map(filesIn(folder).map((name) => [name, readFileSync(join(folder, name), "hex")])),
      destroy: async () => rmSync(join(folder, file)),
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  };
}

function filesIn(folder: string): readonly string[] {
  try {
    // The lock is made by the first writer, changed by none, and says nothing about the store.
    return readdirSync(folder).filter((name) => !name.endsWith(".lock"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
