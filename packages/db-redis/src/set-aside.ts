/** A key that holds another type of value than it has to: what is there is kept in another key. */
import { randomUUID } from "node:crypto";
import type { Argument, Reply } from "./connection.ts";
import type { RedisStore } from "./redis-backend.ts";
import { FOREIGN, SET_ASIDE } from "./scripts/types.ts";

export type KeyType = "string" | "hash" | "set";

/** `instead`: what takes its place in the same step. `false`: the key is as it has to be by now. */
export async function setAside(
  { connection, keys }: RedisStore,
  key: string,
  type: KeyType,
  instead: readonly Argument[] = [],
): Promise<boolean> {
  const names = [key, keys.damaged(key, randomUUID())];
  return (await connection.run(SET_ASIDE, names, [type, ...instead])) === 1;
}

/** Those of them that are of another type. */
export async function foreignKeys(
  { connection }: RedisStore,
  typed: readonly (readonly [key: string, type: KeyType])[],
): Promise<readonly (readonly [key: string, type: KeyType])[]> {
  const replies = (await connection.run(
    FOREIGN,
    typed.map(([key]) => key),
    typed.map(([, type]) => type),
  )) as readonly Reply[];
  return typed.filter((_, i) => replies[i] === 1);
}
