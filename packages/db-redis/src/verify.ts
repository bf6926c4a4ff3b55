/**
 * Every derived key against the records, both ways. Each repair is one step that looks again before it
 * writes.
 */
import { parseClientId } from "@hivemind/db-core/backend";
import type { Finding } from "@hivemind/db-core/backend";
import { auditIndexes, auditKeyRecords, auditSets } from "./audit-look-ups.ts";
import { auditRecords } from "./audit-records.ts";
import { finding } from "./finding.ts";
import { CREATING } from "./keyspace.ts";
import type { RedisStore } from "./redis-backend.ts";
import { foreignKeys } from "./set-aside.ts";
import { SET_COUNTERS } from "./scripts/audit.ts";
import type { Updater } from "./updater.ts";

const PAGE = 100;

export async function* verify(store: RedisStore, updater: Updater, repair: boolean): AsyncGenerator<Finding> {
  const { identity, reader } = store;
  await identity.look();
  if (identity.schema === 1) {
    yield finding(
      "old-schema",
      "info",
      "The store has schema 1. Stop the hubs of schema 1, then migrate it.",
      [],
      undefined,
    );
  }
  const foreign = new Set<string>();
  const names = await reader.names();
  for (let start = 0; start < names.length; start += PAGE) {
    const some = names.slice(start, start + PAGE);
    const page = await reader.read(some);
    yield* auditRecords({ store, updater, repair, foreign }, page);
    yield* beingCreated(
      store,
      some.filter((name) => !page.has(name)),
    );
  }
  yield* auditSets(store, repair, foreign);
  yield* auditKeyRecords(store, repair);
  yield* auditIndexes(store, repair);
  yield* auditCounters(store, repair);
  yield* auditState(store);
}

/** What a node remembered is nowhere else, so a repair does not take it out of its way. */
async function* auditState(store: RedisStore): AsyncGenerator<Finding> {
  const { keys, reader } = store;
  for await (const key of reader.scan(keys.pattern("hivemind:state"))) {
    if ((await foreignKeys(store, [[key, "hash"]])).length === 0) continue;
    yield finding(
      "foreign-key",
      "error",
      `${key.slice(keys.prefix.length + 1)} holds another type of value, so the nodes of that scope cannot read what they remember. Restore it from a backup, or remove it by hand.`,
      [],
      undefined,
    );
  }
}

async function* beingCreated(
  { connection, keys }: RedisStore,
  names: readonly string[],
): AsyncGenerator<Finding> {
  for (const name of names) {
    if ((await connection.read("get", keys.client(name))) !== CREATING) continue;
    const isStuck = (await connection.read("ttl", keys.client(name))) === -1;
    const what = isStuck
      ? "and will stay so: a program died before it had finished. Remove that key by hand"
      : "by a Python hub at this moment";
    yield finding(
      "being-created",
      "info",
      `Client ${name} is being created, ${what}.`,
      [parseClientId(name)],
      undefined,
    );
  }
}

/** `P:count` is what Python hubs allocate the next id by, so a wrong one makes them overwrite a client. */
async function* auditCounters(
  { connection, keys, reader }: RedisStore,
  repair: boolean,
): AsyncGenerator<Finding> {
  const count = String((await connection.read("get", keys.count)) ?? "");
  const names = await reader.names();
  const records = (await recordNames(reader, names)).length;
  // Somebody added a client meanwhile: the numbers are of different moments, and the next run will tell.
  if (String((await connection.read("get", keys.count)) ?? "") !== count) return;
  const highest = names.map(parseClientId).findLast((id) => id !== undefined) ?? 0;
  const sequence = String((await connection.read("get", keys.idSequence)) ?? "");
  const wrong = [
    ...(count === String(records) ? [] : [["wrong-count", "count", records] as const]),
    // Absent: Python hubs that never needed it have not made it.
    ...(sequence === "" || sequence === String(highest)
      ? []
      : [["wrong-id-sequence", "id_seq", highest] as const]),
  ];
  if (wrong.length === 0 || names.length === 0) return;
  const isMended =
    repair &&
    (await connection.run(
      SET_COUNTERS,
      [keys.count, keys.idSequence, keys.meta],
      [count, records, highest],
    )) === 1;
  for (const [code, name, right] of wrong) {
    yield finding(
      code,
      "warning",
      `${name} has to be ${right}, and is not; Python hubs count on it. A repair sets it.`,
      [],
      isMended,
    );
  }
}

async function recordNames(
  reader: RedisStore["reader"],
  names: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let start = 0; start < names.length; start += PAGE) {
    found.push(...(await reader.read(names.slice(start, start + PAGE))).keys());
  }
  return found;
}
