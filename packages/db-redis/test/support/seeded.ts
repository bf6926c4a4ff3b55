/** A store as a Python hub left it. */
import { isJsonObject, parseJson } from "@hivemind/db-core/backend";
import type { Seed } from "@hivemind/db-core/conformance";
import type { Dump, DumpedKey } from "./keyspace-dump.ts";

interface Derived {
  readonly name: string;
  readonly key: string;
}

/**
 * The sets are those of the moment when the record was last written by a hub: where the record was damaged
 * since, they still have what it held.
 */
export function seededKeyspace(prefix: string, { schema, records }: Seed): Dump {
  const keys: Record<string, DumpedKey> = {};
  const sets = new Map<string, string[]>();
  const hash: Record<string, string> = {};
  const join = (set: string, member: string): void => void sets.set(set, [...(sets.get(set) ?? []), member]);
  for (const [id, text] of records) {
    const { name, key } = derived(text);
    keys[`${prefix}:client:${id}`] = { type: "string", value: text };
    keys[`${prefix}:idx:${id}`] = {
      type: "hash",
      value: { name: key === "revoked" ? "" : name, api_key: key },
    };
    join(`${prefix}:api_key:${key}`, id);
    if (key === "revoked") continue;
    join(`${prefix}:name:${name}`, id);
    hash[key] = text;
  }
  for (const [set, members] of sets) keys[set] = { type: "set", value: members };
  if (Object.keys(hash).length > 0) keys[`${prefix}:api_key_records`] = { type: "hash", value: hash };
  if (records.length > 0) keys[`${prefix}:count`] = { type: "string", value: String(records.length) };
  if (schema > 1) keys[`${prefix}:schema_version`] = { type: "string", value: String(schema) };
  return keys;
}

function derived(text: string): Derived {
  try {
    const record = parseJson(text);
    if (isJsonObject(record)) {
      const [name, key] = [record["name"], record["api_key"]];
      if (typeof key === "string") return { name: typeof name === "string" ? name : "", key };
    }
  } catch {
    // Not JSON any more.
  }
  const key = /"api_key":\s*"([^"]*)"/.exec(text)?.[1] ?? /hostile-key/.exec(text)?.[0];
  return { name: "", key: key ?? "" };
}
