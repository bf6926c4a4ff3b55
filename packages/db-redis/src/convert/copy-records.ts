/** From one store to the other, record by record: what is the same already is not written again. */
import { DbError, isTombstone, parseClientId, parseRecord } from "@hivemind/db-core/backend";
import type { Reply } from "../connection.ts";
import { recordKeys } from "../record-keys.ts";
import { COPY, COPY_MEMBERS } from "../scripts/convert.ts";
import type { Conversion } from "./convert.ts";
import { membersOf, sourceTexts, targetTexts } from "./side.ts";

const PAGE = 500;

export interface Pass {
  readonly names: readonly string[];
  /** Names of records that differed. In a pass that has copied none, both stores have been found equal. */
  readonly copied: readonly string[];
  readonly tombstones: number;
  /** Copied as they are, with whatever leads to them. */
  readonly unreadable: readonly string[];
  /** No text, or just being created. */
  readonly leftBehind: readonly string[];
  readonly revoked: ReadonlySet<string>;
}

export async function copyRecords(conversion: Conversion): Promise<Pass> {
  const { source, target, dryRun, onProgress, signal } = conversion;
  const names = await source.reader.names();
  const revoked = await membersOf(source, source.keys.revoked);
  const pass = {
    copied: [] as string[],
    unreadable: [] as string[],
    leftBehind: [] as string[],
    tombstones: 0,
  };
  for (let start = 0; start < names.length; start += PAGE) {
    signal?.throwIfAborted();
    const some = names.slice(start, start + PAGE);
    const [from, to] = await Promise.all([sourceTexts(source, some), targetTexts(target, some)]);
    const writes: Promise<void>[] = [];
    for (const [name, text] of from) {
      if (text === undefined) {
        pass.leftBehind.push(name);
        continue;
      }
      const { record } = parseRecord(parseClientId(name), text);
      if (record === undefined) pass.unreadable.push(name);
      else if (isTombstone(record)) pass.tombstones += 1;
      if (to.get(name) === text) continue;
      pass.copied.push(name);
      if (!dryRun) writes.push(copy(conversion, name, to.get(name), text, revoked.has(name)));
    }
    await Promise.all(writes);
    onProgress?.(Math.min(start + PAGE, names.length), names.length);
  }
  if (!dryRun) await copyRevocations(conversion, revoked);
  return { ...pass, names, revoked };
}

async function copy(
  { target, from }: Conversion,
  name: string,
  before: string | undefined,
  text: string,
  isRevoked: boolean,
): Promise<void> {
  const { connection, keys } = target;
  const id = parseClientId(name);
  const { record } = parseRecord(id, text);
  const old = before === undefined ? undefined : parseRecord(id, before).record;
  const now = record === undefined ? undefined : recordKeys(keys, record);
  const [joins, had] = [now?.sets ?? [], old === undefined ? [] : recordKeys(keys, old).sets];
  const leaves = had.filter((set) => !joins.includes(set));
  // Who was revoked and written back is denied, and is not to be found by Python hubs.
  const isDead = record !== undefined && isTombstone(record);
  const state = record === undefined ? "unreadable" : isDead || isRevoked ? "dead" : "living";
  const reply = await connection.run(
    COPY,
    [
      keys.conversion,
      keys.client(name),
      keys.index(name),
      keys.accessKeyRecords,
      keys.revoked,
      ...leaves,
      ...joins,
    ],
    [
      from,
      name,
      before ?? "",
      text,
      state,
      record?.api_key ?? "",
      now?.name ?? "",
      old?.api_key ?? "",
      leaves.length,
      isDead || isRevoked ? "1" : "",
    ],
  );
  expectUnderWay(reply, keys.prefix);
}

async function copyRevocations({ source, target, from }: Conversion, revoked: ReadonlySet<string>) {
  const there = await membersOf(target, target.keys.revoked);
  const missing = [...revoked].filter((id) => !there.has(id));
  for (let start = 0; start < missing.length; start += PAGE) {
    const some = missing.slice(start, start + PAGE);
    const names = [target.keys.conversion, target.keys.revoked];
    expectUnderWay(await source.connection.run(COPY_MEMBERS, names, [from, ...some]), target.keys.prefix);
  }
}

/** What leads to a record that cannot be read: without it nobody could say any more that it may be meant. */
export async function copyLookUps(
  { source, target, from }: Conversion,
  unreadable: readonly string[],
): Promise<void> {
  if (unreadable.length === 0) return;
  const wanted = new Set(unreadable);
  for (const family of ["api_key", "name", "hivemind:fingerprint"] as const) {
    for await (const set of source.reader.scan(source.keys.pattern(family))) {
      const member = source.keys.member(family, set);
      const ids = [...(await membersOf(source, set))].filter((id) => wanted.has(id));
      if (member === undefined || ids.length === 0) continue;
      const names = [target.keys.conversion, `${target.keys.prefix}:${family}:${member}`];
      expectUnderWay(await target.connection.run(COPY_MEMBERS, names, [from, ...ids]), target.keys.prefix);
    }
  }
}

export function expectUnderWay(reply: Reply, prefix: string): void {
  if (reply === "ok") return;
  throw new DbError(
    "locked",
    `another conversion to ${prefix} is under way, or has just ended: let it end, then look at the store there`,
  );
}
