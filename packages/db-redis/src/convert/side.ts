/** One of the two stores of a conversion, read as it is stored. */
import { isUtf8 } from "node:buffer";
import { isDbError } from "@hivemind/db-core/backend";
import type { Connection, Reply } from "../connection.ts";
import { CREATING } from "../keyspace.ts";
import type { Keyspace } from "../keyspace.ts";
import { RecordReader } from "../record-reader.ts";
import { TEXTS } from "../scripts/types.ts";
import { SeenTexts } from "../seen-texts.ts";
import { StoreIdentity } from "../store-identity.ts";

export interface Side {
  readonly connection: Connection;
  readonly keys: Keyspace;
  readonly identity: StoreIdentity;
  readonly reader: RecordReader;
}

export function side(connection: Connection, keys: Keyspace): Side {
  const identity = new StoreIdentity(connection, keys);
  return {
    connection,
    keys,
    identity,
    reader: new RecordReader(connection, keys, identity, new SeenTexts()),
  };
}

/**
 * The texts of records, each with a command of its own: without a hash tag they are all over a cluster. `undefined`
 * for what is no text, and cannot be copied as one.
 */
export async function sourceTexts(
  { connection, keys }: Side,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const read = names.map(async (name) => {
    const text = await textOf(connection, keys.client(name));
    return [name, text] as const;
  });
  return new Map((await Promise.all(read)).filter(([, text]) => text !== null)) as Map<
    string,
    string | undefined
  >;
}

async function textOf(connection: Connection, key: string): Promise<string | undefined | null> {
  try {
    const text = await connection.read("get", key);
    if (typeof text !== "string") return null;
    if (text === CREATING || text === "") return undefined;
    return text.includes("\uFFFD") && !isUtf8(await connection.bytes(key)) ? undefined : text;
  } catch (error) {
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    return undefined;
  }
}

/** The texts of records that are in one slot. */
export async function targetTexts(
  { connection, keys }: Side,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const records = names.map((name) => keys.client(name));
  const texts = (await connection.run(TEXTS, records, [])) as readonly Reply[];
  return new Map(
    names.flatMap((name, i) => (typeof texts[i] === "string" ? [[name, texts[i]] as const] : [])),
  );
}

/** All members of a set. */
export async function membersOf({ reader }: Side, set: string): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for await (const page of reader.members(set)) for (const member of page) members.add(member);
  return members;
}
