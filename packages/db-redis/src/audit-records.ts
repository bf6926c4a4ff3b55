/** From each record to what is derived from it. */
import { isDbError, isTombstone, parseRecord, sameJson, tombstone } from "@hivemind/db-core/backend";
import type { ClientId, Finding, StoredRecord } from "@hivemind/db-core/backend";
import { claimedId } from "./claimed-id.ts";
import type { Reply } from "./connection.ts";
import { withLists } from "./damaged-lists.ts";
import { finding, foreignFinding } from "./finding.ts";
import { recordKeys } from "./record-keys.ts";
import type { ReadRecord } from "./read-record.ts";
import type { RedisStore } from "./redis-backend.ts";
import { AUDIT_RECORDS } from "./scripts/audit.ts";
import { foreignKeys, setAside } from "./set-aside.ts";
import type { Replacement, Updater } from "./updater.ts";

/** A record that can be read, as it is stored: also where its revocation says that it should be no more. */
interface Audited {
  readonly id: ClientId;
  readonly text: string;
  readonly record: StoredRecord;
}

type Answer = readonly [text: Reply, revoked: Reply, inHash: Reply, name: Reply, key: Reply, missing: Reply];

export interface RecordAudit {
  readonly store: RedisStore;
  readonly updater: Updater;
  readonly repair: boolean;
  /** Keys of another type that a finding has named already. */
  readonly foreign: Set<string>;
}

/** So often is looked again where a record was changed meanwhile: last-seen changes it, and mends nothing. */
const LOOKS = 10;

export async function* auditRecords(
  audit: RecordAudit,
  page: ReadonlyMap<string, ReadRecord>,
  looks = LOOKS,
): AsyncGenerator<Finding> {
  const { store, updater, repair } = audit;
  const { connection, keys, reader } = store;
  const changed: string[] = [];
  const audited = [...page.values()].flatMap(({ text, entry }): Audited[] => {
    const record = entry.record === undefined ? undefined : parseRecord(entry.id, text).record;
    return record === undefined ? [] : [{ id: record.client_id, text, record }];
  });
  if (audited.length === 0) return;
  const sets = audited.map(({ record }) => recordKeys(keys, record).sets);
  const names = audited.flatMap(({ id }, i) => [keys.client(id), keys.index(id), ...(sets[i] ?? [])]);
  const args = audited.flatMap(({ id, record }, i) => [id, record.api_key, sets[i]?.length ?? 0]);
  const answers = (await connection.run(
    AUDIT_RECORDS,
    [keys.revoked, keys.accessKeyRecords, ...names],
    args,
  )) as Answer[];
  for (const [i, one] of audited.entries()) {
    const answer = answers[i];
    if (answer === undefined || answer[0] !== one.text) {
      changed.push(String(one.id));
      continue;
    }
    const wrong = differences(one, answer, recordKeys(keys, one.record).name);
    if (wrong.length === 0) continue;
    yield* foreignLookUps(audit, one);
    const next = wanted(one.record, answer[1] === 1);
    const isMended = repair
      ? await mended(updater, { id: one.id, text: one.text, before: one.record, next })
      : undefined;
    if (repair && isMended === false && looks > 1) {
      changed.push(String(one.id));
      continue;
    }
    for (const { code, severity, message } of wrong)
      yield finding(code, severity, message, [one.id], isMended ?? false);
  }
  if (changed.length === 0 || looks === 1) return;
  yield* auditRecords(audit, await reader.read(changed), looks - 1);
}

/** What is derived from a record can be made anew, so a key of another type is only in its way. */
async function* foreignLookUps(
  { store, repair, foreign }: RecordAudit,
  { id, record }: Audited,
): AsyncGenerator<Finding> {
  const { keys } = store;
  const sets = recordKeys(keys, record).sets.map((set) => [set, "set"] as const);
  for (const [key, type] of await foreignKeys(store, [[keys.index(id), "hash"], ...sets])) {
    if (foreign.has(key)) continue;
    foreign.add(key);
    yield foreignFinding(keys, [id], repair && (await setAside(store, key, type)));
  }
}

/**
 * `false`: changed meanwhile. `undefined`: a key of another type is in the way, and stays, since nobody knows
 * whose it is. It has a finding of its own.
 */
async function mended(updater: Updater, replacement: Replacement): Promise<boolean | undefined> {
  try {
    return await updater.replace(replacement);
  } catch (error) {
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    return undefined;
  }
}

type Difference = Pick<Finding, "code" | "severity" | "message">;

function differences(
  one: Audited,
  [, revoked, inHash, name, key, missing]: Answer,
  expectedName: string,
): Difference[] {
  const { id, record } = one;
  const isDead = isTombstone(record);
  if (revoked === 1 && !isDead) {
    const message = `Client ${id} was revoked, and another program has written it back; Python hubs admit it. A repair revokes it there too.`;
    return [{ code: "resurrected-client", severity: "error", message }];
  }
  const wrong: Difference[] = [];
  const add = (code: string, severity: Finding["severity"], message: string): void =>
    void wrong.push({ code, severity, message });
  if (isDead && revoked !== 1) {
    add(
      "revocation-not-kept",
      "info",
      `Client ${id} was revoked by a Python hub, and another hub's stale copy could undo that. A repair records the revocation.`,
    );
  }
  if (missing !== 0)
    add(
      "missing-look-up",
      "warning",
      `Client ${id} is not in all of the sets by which it is looked up. A repair adds it.`,
    );
  if (!isDead && isOutdated(inHash, one)) {
    add(
      "stale-key-record",
      "error",
      `Python hubs see an outdated copy of client ${id} in api_key_records. A repair replaces it.`,
    );
  }
  if (name !== expectedName || key !== record.api_key) {
    add(
      "wrong-index",
      "info",
      `The search index entry of client ${id} is missing or outdated. A repair writes it.`,
    );
  }
  if (withLists(record) !== record) {
    add(
      "damaged-lists",
      "warning",
      `Client ${id} has lists that a Python hub's script stored as {}. They are read as empty; a repair stores them so.`,
    );
  }
  return wrong;
}

function wanted(record: StoredRecord, isRevoked: boolean): StoredRecord {
  if (isRevoked && !isTombstone(record)) return tombstone(record.client_id);
  return withLists(record);
}

/**
 * Hubs write the copy themselves, with their own spaces: what it says counts. One of another client is its
 * affair.
 */
function isOutdated(copy: Reply, { id, text, record }: Audited): boolean {
  if (copy === null || copy === text) return false;
  const kept = parseRecord(id, String(copy)).record;
  if (kept === undefined) return claimedId(String(copy)) === id;
  return !sameJson(withLists(kept), withLists(record));
}
