import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { BATCH, entries, recordOf } from "./clients.ts";
import type { Alternative, Contender, Entry } from "./contender.ts";

interface Stored {
  api_key: string;
  description: string;
  last_seen: number;
}

/** `store`: ours, for reading; what is written goes into a file beside it, anew for each change. */
export function jsonFloor(store: string, clients: number): Contender {
  const read = (): Map<string, Stored> =>
    new Map(
      Object.values(JSON.parse(readFileSync(store, "utf8")) as Record<string, Stored>).map((record) => [
        record.api_key,
        record,
      ]),
    );
  let byKey = read();
  const own: Record<string, unknown> = {};
  for (let id = 1; id <= clients; id += 1) own[id] = recordOf(id);
  const path = `${store}.floor`;
  const write = (): void => rewrite(path, own);
  let last = statSync(store, { bigint: true });
  const change = (id: number, field: string, value: unknown): void => {
    own[id] = { ...(own[id] as object), [field]: value };
    write();
  };
  const proveFresh = (): boolean => {
    const before = last;
    last = statSync(store, { bigint: true });
    if (last.ino === before.ino && last.mtimeNs === before.mtimeNs && last.size === before.size) return true;
    // Only the whole file says what has changed.
    byKey = read();
    return true;
  };
  const cold = (key: string): unknown => (proveFresh() ? byKey.get(key) : undefined);
  return {
    proveFresh,
    cold,
    coldMany: (keys) => keys.map(cold),
    add: (id) => change(id, "client_id", id),
    addMany: (ids) => ids.map((id) => change(id, "client_id", id)),
    update: (id) => change(id, "description", `changed ${Math.random()}`),
    touch: (id) => change(id, "last_seen", Date.now() / 1000),
    bulk: (from, count) => {
      const records: Record<string, unknown> = {};
      for (let start = from; start < from + count; start += BATCH) {
        for (let id = start; id < Math.min(start + BATCH, from + count); id += 1) records[id] = recordOf(id);
        rewrite(path, records);
      }
    },
    list: () => [...read().values()],
    open: read,
    admits: async () => (key) => cold(key) !== undefined,
    close: () => undefined,
  };
}

function rewrite(path: string, records: Record<string, unknown>): void {
  const file = openSync(`${path}.new`, "w");
  writeSync(file, JSON.stringify(records, undefined, 4));
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** A plain file that is read once, and written anew for each change. */
export function jsonPlain(path: string): Alternative {
  const values = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>) : {};
  const setMany = async (set: readonly Entry[]): Promise<void> => {
    for (const { key, value } of set) values[key] = value;
    rewrite(path, values);
  };
  return {
    fill: (clients) => setMany(entries(1, clients)),
    get: async (key) => values[key],
    set: (key, value) => setMany([{ key, value }]),
    setMany,
    list: async function* () {
      yield* Object.values(values);
    },
    close: async () => undefined,
  };
}
