/** Stores that somebody else wrote, or a disk has bitten into. */
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import json from "@hivemind/db-json";
import sqlite from "@hivemind/db-sqlite";
import * as fc from "fast-check";
import { promise } from "../trial.ts";
import { json as anyJson, mutated, oddJson, record } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import { scratch } from "./scratch.ts";
import type { Surface } from "./surface.ts";

const FIXTURES = new URL("../../../fixtures/", import.meta.url);

const LONG_AGO = new Date("2020-01-01");

const bytesOf = (text: string): Buffer => Buffer.from(text);
/** Some records that anything may be wrong with, and a good one: a file without any is quite another matter. */
const GOOD = '"1":{"client_id":1,"api_key":"key 1","name":"one","allowed_types":["speak"],"metadata":{}}';
const entry = fc.oneof(
  { weight: 5, arbitrary: record.map((one) => [keyOf(one.client_id), one] as const) },
  { weight: 1, arbitrary: fc.tuple(fc.string(), anyJson) },
);
/** A name in an object: what is no name by itself has one as JSON. */
function keyOf(id: unknown): string {
  return typeof id === "string" ? id : JSON.stringify(id);
}
const records = fc.array(entry, { maxLength: 5 }).map((entries) => {
  const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...members, GOOD].join(",")}}`;
});

export const jsonFile = file("clients.json", json, [
  { weight: 1, arbitrary: mutated(readFileSync(new URL("v2/clients.json", FIXTURES))) },
  { weight: 1, arbitrary: mutated(readFileSync(new URL("v1/clients.json", FIXTURES))) },
  { weight: 1, arbitrary: oddJson.map(bytesOf) },
  { weight: 3, arbitrary: records.map(bytesOf) },
  { weight: 1, arbitrary: records.map((text) => bytesOf(`\ufeff${text}`)) },
]);

export const sqliteFile = file("clients.db", sqlite, [
  { weight: 5, arbitrary: mutated(readFileSync(new URL("v2/clients.db", FIXTURES))) },
  { weight: 5, arbitrary: mutated(readFileSync(new URL("v1/clients.db", FIXTURES))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8192 }).map((bytes) => Buffer.from(bytes)) },
]);

function file(
  name: string,
  plugin: BackendPlugin,
  contents: readonly fc.WeightedArbitrary<Buffer>[],
): Surface {
  return {
    name,
    proves:
      "whatever is in the file: answers or our own errors, nobody is let in twice, and reading writes nothing",
    prepare: async () => {
      const home = scratch("hostile");
      process.env["XDG_DATA_HOME"] = home;
      const folder = join(home, "hivemind-core");
      const expected = new Set(["hivemind-core", join("hivemind-core", name)]);
      return {
        property: fc.asyncProperty(fc.oneof(...contents), async (bytes) => {
          mkdirSync(folder, { mode: 0o700 });
          writeFileSync(join(folder, name), bytes, { mode: 0o600 });
          // Half a file that somebody is writing just now is read again and again for a while; this one is old.
          utimesSync(join(folder, name), LONG_AGO, LONG_AGO);
          try {
            await onlyOurs(() => readEverything(plugin));
            promise(readFileSync(join(folder, name)).equals(bytes), () => "reading has changed the file");
            const made = everythingIn(home).filter((path) => !expected.has(path));
            promise(made.length === 0, () => `reading has made ${made.join(", ")}`);
          } finally {
            rmSync(folder, { recursive: true });
          }
        }) as never,
        dispose: async () => rmSync(home, { recursive: true, force: true }),
      };
    },
  };
}

export async function readEverything(plugin: BackendPlugin, options: object = {}): Promise<void> {
  const config = { database: { module: plugin.name, [plugin.name]: options } };
  const db = await openDatabase(config, { plugins: [plugin] });
  try {
    await onlyOurs(() => Array.fromAsync(db.listClients()));
    await onlyOurs(() => Array.fromAsync(db.verify()));
    await onlyOurs(() => db.getClient(1));
    for (const accessKey of ["key 1", "revoked", "", "\0"]) {
      const verdict = await onlyOurs(() => db.authenticate({ accessKey }));
      promise(
        !(verdict?.allowed ?? false) || accessKey === "key 1",
        () => `the access key ${JSON.stringify(accessKey)} was admitted`,
      );
    }
  } finally {
    await db.close();
  }
}

/** What is in a folder and all below it. */
export function everythingIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}
