/** From what is derived back to the records. */
import { parseClientId, parseRecord } from "@hivemind/db-core/backend";
import type { Finding, StoredRecord } from "@hivemind/db-core/backend";
import { claimedId } from "./claimed-id.ts";
import type { Reply } from "./connection.ts";
import { finding, foreignFinding } from "./finding.ts";
import { keyPages } from "./key-pages.ts";
import { CREATING } from "./keyspace.ts";
import { recordKeys } from "./record-keys.ts";
import type { RedisStore } from "./redis-backend.ts";
import { AUDIT_KEY_RECORDS, AUDIT_SETS, DROP_INDEX, DROP_KEY_RECORD, DROP_MEMBER } from "./scripts/audit.ts";
import { setAside } from "./set-aside.ts";

const AT_ONCE = 100;

/** Members of sets whose record is another by now, or gone. */
export async function* auditSets(
  store: RedisStore,
  repair: boolean,
  foreign: ReadonlySet<string>,
): AsyncGenerator<Finding> {
  const { connection, keys, reader } = store;
  for (const family of ["api_key", "name", "hivemind:fingerprint"] as const) {
    const sets = new Set<string>();
    for await (const key of reader.scan(keys.pattern(family)))
      if (keys.member(family, key) !== undefined) sets.add(key);
    for (const some of chunks([...sets])) {
      const answers = (await connection.run(AUDIT_SETS, some, [keys.client("")])) as (
        | readonly Reply[]
        | null
      )[];
      for (const [i, set] of some.entries()) {
        const entries = answers[i] ?? null;
        if (entries !== null) yield* staleMembers(store, set, entries, repair);
        else if (!foreign.has(set))
          yield foreignFinding(keys, [], repair && (await setAside(store, set, "set")));
      }
    }
  }
}

async function* staleMembers(
  { connection, keys }: RedisStore,
  set: string,
  entries: readonly Reply[],
  repair: boolean,
): AsyncGenerator<Finding> {
  for (let i = 0; i < entries.length; i += 2) {
    const [member, text] = [String(entries[i]), entries[i + 1] ?? null];
    const [id, isThere] = [parseClientId(member), typeof text === "string"];
    const { record, isReadable } = recordOf(member, text);
    // What cannot be read may be meant by this entry: nobody can say, so it stays.
    if (isThere && !isReadable) continue;
    if (record !== undefined && recordKeys(keys, record).sets.includes(set)) continue;
    const args = [member, isThere ? "1" : "0", isThere ? String(text) : ""];
    const isMended = repair && (await connection.run(DROP_MEMBER, [set, keys.client(member)], args)) === 1;
    yield finding(
      "stale-look-up",
      "warning",
      `A look-up leads to client ${id ?? "(no id)"}, which has no such name, key or certificate. It is passed over; a repair removes it.`,
      [id],
      isMended,
    );
  }
}

/** What Python hubs admit by, where the record says otherwise. Outdated copies are found from the record. */
export async function* auditKeyRecords(
  { connection, keys }: RedisStore,
  repair: boolean,
): AsyncGenerator<Finding> {
  const told = new Set<string>();
  for await (const page of keyPages(connection, "hscan", keys.accessKeyRecords, AT_ONCE)) {
    const entries: { field: string; value: string; id: number | undefined }[] = [];
    for (let i = 0; i < page.length; i += 2) {
      const [field, value] = [String(page[i]), String(page[i + 1])];
      if (!told.has(field)) entries.push({ field, value, id: claimedId(value) });
    }
    if (entries.length === 0) continue;
    const names = [keys.accessKeyRecords, ...entries.map(({ id }) => keys.client(id ?? ""))];
    const answers = (await connection.run(
      AUDIT_KEY_RECORDS,
      names,
      entries.map(({ field }) => field),
    )) as [Reply, Reply][];
    for (const [i, { field, value, id }] of entries.entries()) {
      const [now, text] = answers[i] ?? [null, null];
      const { record, isReadable } = recordOf(String(id), text);
      const isThere = typeof text === "string";
      if (now !== value || (isThere && !isReadable) || record?.api_key === field) continue;
      const args = [field, value, isThere ? "1" : "0", isThere ? text : ""];
      const name = keys.client(id ?? "");
      told.add(field);
      const isMended =
        repair && (await connection.run(DROP_KEY_RECORD, [keys.accessKeyRecords, name], args)) === 1;
      yield finding(
        "dead-key-record",
        "error",
        `api_key_records has an access key that client ${id ?? "(no id)"} does not have any more: Python hubs still admit it. A repair removes it.`,
        [id],
        isMended,
      );
    }
  }
}

export async function* auditIndexes(store: RedisStore, repair: boolean): AsyncGenerator<Finding> {
  const { connection, keys, reader } = store;
  const seen = new Set<string>();
  for await (const key of reader.scan(keys.pattern("idx"))) {
    const member = keys.member("idx", key);
    if (member === undefined || seen.has(member)) continue;
    seen.add(member);
    if ((await connection.read("exists", keys.client(member))) === 1) continue;
    if (repair && (await setAside(store, key, "hash"))) {
      yield foreignFinding(keys, [parseClientId(member)], true);
      continue;
    }
    const isMended = repair && (await connection.run(DROP_INDEX, [key, keys.client(member)], [])) === 1;
    yield finding(
      "stale-index",
      "info",
      "The search index has an entry for a client that does not exist. A repair removes it.",
      [parseClientId(member)],
      isMended,
    );
  }
}

function recordOf(
  name: string,
  text: Reply,
): { readonly record?: StoredRecord; readonly isReadable: boolean } {
  if (typeof text !== "string" || text === CREATING) return { isReadable: text === null };
  const { record } = parseRecord(parseClientId(name), text);
  return record === undefined ? { isReadable: false } : { record, isReadable: true };
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}
