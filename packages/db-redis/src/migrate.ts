/** Schema 1 to 2: the records first, the marker last. Cut off in between, it runs again from the start. */
import { migrationReport, SCHEMA, upgradeRecord } from "@hivemind/db-core/backend";
import type { MigrationReport } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import type { Reply } from "./connection.ts";
import type { ReadRecord } from "./read-record.ts";
import type { RedisStore } from "./redis-backend.ts";
import { MARK_SCHEMA } from "./scripts/store.ts";
import type { Updater } from "./updater.ts";

const PAGE = 500;

export async function migrate(store: RedisStore, updater: Updater): Promise<MigrationReport> {
  const { connection, identity } = store;
  await identity.look();
  if (identity.schema === SCHEMA) return migrationReport([], undefined, SCHEMA);
  const reports: MigrationReport[] = [];
  for await (const page of pagesOf(store)) {
    reports.push(
      migrationReport(
        [...page.values()].map(({ entry }) => entry),
        undefined,
      ),
    );
    for (const name of page.keys()) await upgrade(store, updater, name);
  }
  await attempts(async () => {
    const reply = (await connection.run(MARK_SCHEMA, identity.keys, [...identity.args, SCHEMA])) as Reply[];
    return identity.seeRefusal(reply) && identity.schema !== SCHEMA ? "again" : undefined;
  }, connection.location);
  await identity.look();
  // What another node of ours wrote in the old form behind our back; from the marker on none does.
  for await (const page of pagesOf(store))
    for (const name of page.keys()) await upgrade(store, updater, name);
  return merged(reports);
}

async function* pagesOf({ reader }: RedisStore): AsyncGenerator<ReadonlyMap<string, ReadRecord>> {
  const names = await reader.names();
  for (let start = 0; start < names.length; start += PAGE)
    yield await reader.read(names.slice(start, start + PAGE));
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

function merged(reports: readonly MigrationReport[]): MigrationReport {
  return {
    ...migrationReport([], undefined),
    droppedMessageBlacklist: reports.flatMap((report) => report.droppedMessageBlacklist),
    emptyAllowedTypes: reports.flatMap((report) => report.emptyAllowedTypes),
  };
}
