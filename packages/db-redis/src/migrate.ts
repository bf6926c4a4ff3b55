/**
 * Schema 1 to 2: the records first, the marker last. Cut off in between, it runs again from the start. Whom it
 * concerns is noted before it does anything to them, so that the run that ends it reports all of them.
 */
import { migrationReport, SCHEMA, upgradeRecord } from "@hivemind/db-core/backend";
import type { ClientId, MigrationReport } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import type { Argument, Reply } from "./connection.ts";
import type { ReadRecord } from "./read-record.ts";
import type { RedisStore } from "./redis-backend.ts";
import type { Script } from "./script.ts";
import { FORGET_MIGRATED, MARK_SCHEMA, NOTE_MIGRATED } from "./scripts/store.ts";
import type { Updater } from "./updater.ts";
import type { Writer } from "./writer.ts";

const PAGE = 500;

export async function migrate(store: RedisStore, updater: Updater, writer: Writer): Promise<MigrationReport> {
  const { connection, identity } = store;
  await identity.look();
  const noted = notes(store);
  const wasMarked = identity.schema === SCHEMA;
  // What a run has noted and not told was cut off behind the marker, and is told now.
  if (wasMarked && (await connection.read("exists", ...noted)) === 0) {
    return migrationReport([], undefined, SCHEMA);
  }
  if (!wasMarked) {
    for await (const page of pagesOf(store)) await upgradePage(store, updater, writer, page);
    await guarded(store, writer, MARK_SCHEMA, [], [SCHEMA]);
    await identity.look();
  }
  // What another node of ours wrote in the old form behind our back; from the marker on none does.
  for await (const page of pagesOf(store)) await upgradePage(store, updater, writer, oldOf(page));
  const [dropped, empty] = [await idsIn(store, noted[0]), await idsIn(store, noted[1])];
  await connection.run(FORGET_MIGRATED, noted, []);
  return {
    ...migrationReport([], undefined),
    droppedMessageBlacklist: dropped,
    emptyAllowedTypes: empty,
  };
}

async function* pagesOf({ reader }: RedisStore): AsyncGenerator<ReadonlyMap<string, ReadRecord>> {
  const names = await reader.names();
  for (let start = 0; start < names.length; start += PAGE)
    yield await reader.read(names.slice(start, start + PAGE));
}

function oldOf(page: ReadonlyMap<string, ReadRecord>): ReadonlyMap<string, ReadRecord> {
  return new Map(
    [...page].filter(
      ([
        ,
        {
          entry: { record },
        },
      ]) => record !== undefined && upgradeRecord(record) !== record,
    ),
  );
}

async function upgradePage(
  store: RedisStore,
  updater: Updater,
  writer: Writer,
  page: ReadonlyMap<string, ReadRecord>,
): Promise<void> {
  const { droppedMessageBlacklist: dropped, emptyAllowedTypes: empty } = migrationReport(
    [...page.values()].map(({ entry }) => entry),
    undefined,
  );
  if (dropped.length + empty.length > 0)
    await guarded(store, writer, NOTE_MIGRATED, notes(store), [dropped.length, ...dropped, ...empty]);
  await Promise.all([...page.keys()].map((name) => upgrade(store, updater, name)));
}

function notes({ keys }: RedisStore): readonly [dropped: string, empty: string] {
  return [keys.migrated("message_blacklist"), keys.migrated("allowed_types")];
}

async function idsIn({ reader }: RedisStore, set: string): Promise<readonly ClientId[]> {
  const ids = new Set<ClientId>();
  for await (const page of reader.members(set)) for (const id of page) ids.add(Number(id));
  return [...ids].toSorted((a, b) => a - b);
}

async function guarded(
  { connection, identity }: RedisStore,
  writer: Writer,
  script: Script,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<void> {
  await attempts(async () => {
    const reply = (await writer.run(
      script,
      [...identity.keys, ...keys],
      [...identity.args, ...args],
    )) as readonly Reply[];
    if (!identity.seeRefusal(reply)) identity.written(reply);
    // Another node that migrates too can be the first to mark it.
    else if (script !== MARK_SCHEMA || identity.schema !== SCHEMA) return "again";
    return undefined;
  }, connection.location);
}

async function upgrade({ reader, connection }: RedisStore, updater: Updater, name: string): Promise<void> {
  await attempts(async () => {
    const found = (await reader.read([name])).get(name);
    const before = found?.entry.record;
    // What cannot be read stays as it is; what came back from the dead is for a verify to put right.
    if (found === undefined || before === undefined || found.resurrected) return undefined;
    const next = upgradeRecord(before);
    if (next === before) return undefined;
    return (await updater.replace({ id: before.client_id, text: found.text, before, next }))
      ? undefined
      : "again";
  }, connection.location);
}
