/** A node's config file that somebody wrote by hand, or did not write at all. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { openDatabase, readConfig } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import json from "@hivemind/db-json";
import redis from "@hivemind/db-redis";
import sqlite from "@hivemind/db-sqlite";
import * as fc from "fast-check";
import { promise } from "../trial.ts";
import { json as anyJson, object, oddJson, text } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import { scratch } from "./scratch.ts";
import type { Surface } from "./surface.ts";

const CANARY = "canary-of-a-secret";
const PLUGINS = [json, sqlite, redis] as unknown as readonly BackendPlugin[];
const NAMES = ["@hivemind/db-json", "hivemind-sqlite-db-plugin", "hivemind-redis-db-plugin", "nobody"];
const OPTIONS = [
  "name",
  "subfolder",
  "password",
  "password_file",
  "host",
  "port",
  "db",
  "url",
  "ssl",
  "cluster_nodes",
  "sentinels",
  "durability",
  "index_prefix",
  "retry_attempts",
  "connect_timeout",
  "nonsense",
];

const block = fc.dictionary(fc.constantFrom(...OPTIONS), fc.oneof(anyJson, text), { maxKeys: 3 });
const database = fc.record({
  module: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: anyJson }),
  block: fc.oneof({ weight: 4, arbitrary: block }, { weight: 1, arbitrary: anyJson }),
});
const document = fc.tuple(database, object).map(([{ module, block: options }, other]) =>
  JSON.stringify({
    ...other,
    database: { module, [typeof module === "string" ? module : "other"]: withCanary(options) },
  }),
);

export const config: Surface = {
  name: "server.json",
  atOnce: 4,
  proves: "any config opens a store or is one clear error of ours, and shows no secret",
  prepare: async () => {
    const folder = scratch("config");
    process.env["XDG_DATA_HOME"] = join(folder, "data");
    const path = join(folder, "server.json");
    return {
      property: fc.asyncProperty(fc.oneof(document, oddJson), async (content) => {
        writeFileSync(path, content);
        const read = await onlyOurs(() => readConfig(path));
        if (read === undefined) return;
        promise(!inspect(read, { depth: 20 }).includes(CANARY), () => "inspect shows a secret of the config");
        // Not one is there: each is refused, or has nothing to open.
        await onlyOurs(async () => {
          try {
            const db = await openDatabase(read, { plugins: PLUGINS });
            await db.close();
          } catch (error) {
            promise(!inspect(error).includes(CANARY), () => "an error shows a secret of the config");
            throw error;
          }
        });
      }) as never,
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

function withCanary(options: unknown): unknown {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  return isObject && !("password" in options) ? { ...options, password: CANARY } : options;
}
