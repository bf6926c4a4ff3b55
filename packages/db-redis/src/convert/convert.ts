/**
 * Copies a store to a namespace with a hash tag, where a cluster can keep all of it in one slot. Nothing of the old
 * one is changed. It runs in passes: each writes what differs, and ends where one has found nothing; so a run that
 * was killed is repeated, and goes on. Until the end the new namespace has a schema version that keeps every program
 * out.
 */
import { randomUUID } from "node:crypto";
import { DbError, parseClientId } from "@hivemind/db-core/backend";
import type { ConvertOptions, ConvertReport } from "@hivemind/db-core/backend";
import { connect } from "../connect.ts";
import { Keyspace } from "../keyspace.ts";
import type { RedisOptions } from "../options.ts";
import { BEGIN, FINISH } from "../scripts/convert.ts";
import { CONVERTING } from "../store-identity.ts";
import { copyLookUps, copyRecords, expectUnderWay } from "./copy-records.ts";
import type { Pass } from "./copy-records.ts";
import { copyState } from "./copy-state.ts";
import { side } from "./side.ts";
import type { Side } from "./side.ts";

export interface Conversion extends Omit<ConvertOptions, "to"> {
  readonly source: Side;
  readonly target: Side;
  /** What the old namespace begins with: a conversion that goes on is from there. */
  readonly from: string;
}

const DEFAULT_TAG = "clients";
/** More means that somebody writes all the time. */
const PASSES = 5;

export async function convertStore(
  options: RedisOptions,
  { to = DEFAULT_TAG, ...how }: ConvertOptions,
): Promise<ConvertReport> {
  if (to === "" || /[{}\0]/.test(to) || !to.isWellFormed())
    throw new DbError("invalid", "a hash tag is a text without braces that is not empty");
  const [old, tagged] = [
    new Keyspace(options.indexPrefix, options.hashTag),
    new Keyspace(options.indexPrefix, to),
  ];
  if (old.prefix === tagged.prefix)
    throw new DbError("invalid", `the store is under ${old.prefix} already: name another hash tag`);
  const connection = await connect(options, () => undefined);
  connection.home = tagged.meta;
  try {
    return await convert({
      ...how,
      source: side(connection, old),
      target: side(connection, tagged),
      from: old.prefix,
    });
  } finally {
    await connection.close();
  }
}

async function convert(conversion: Conversion): Promise<ConvertReport> {
  const { source, target, dryRun, signal } = conversion;
  await source.identity.look();
  await expectStore(conversion);
  await begin(conversion);
  const changed = new Set<string>();
  for (let round = 1; ; round += 1) {
    const pass = await copyRecords(conversion);
    const state = await copyState(conversion);
    signal?.throwIfAborted();
    if (dryRun) return report(conversion, pass, state.entries, changed);
    if (round > 1) for (const name of pass.copied) changed.add(name);
    if (pass.copied.length + state.copied.length === 0) {
      await copyLookUps(conversion, pass.unreadable);
      await finish(conversion, pass);
      return report(conversion, pass, state.entries, changed);
    }
    if (round > PASSES) {
      throw new DbError(
        "locked",
        `${pass.copied.length} records under ${source.keys.prefix} were changed while they were copied, ${PASSES} times: stop all nodes and hubs on it, then repeat. Nothing uses ${target.keys.prefix} yet`,
      );
    }
  }
}

async function expectStore({ source }: Conversion): Promise<void> {
  if (source.identity.storeId !== undefined) return;
  if ((await source.reader.names()).length > 0) return;
  throw new DbError(
    "missing-store",
    `there are no clients under ${source.keys.prefix} in redis at ${source.connection.location}: are host, port, db and index_prefix right?`,
  );
}

async function begin({ source, target, from, dryRun }: Conversion): Promise<void> {
  const { connection, keys } = target;
  const isUnderWay = (await connection.read("hget", keys.conversion, "from")) === from;
  const single = [keys.schemaVersion, keys.meta, keys.count, keys.accessKeyRecords, keys.revoked];
  const isTaken = isUnderWay
    ? false
    : (await target.reader.names()).length > 0 || Number(await connection.read("exists", ...single)) > 0;
  const reply =
    isTaken || dryRun ? "ok" : await connection.run(BEGIN, [keys.conversion, ...single], [from, CONVERTING]);
  if (!isTaken && reply === "ok") return;
  const isDone = (await connection.read("hget", keys.meta, "converted_from")) === from;
  throw new DbError(
    "invalid",
    isDone
      ? `${source.keys.prefix} has been converted to ${keys.prefix} already: set the hash tag in the config, and use that`
      : `there is a store under ${keys.prefix} already: name another hash tag`,
  );
}

async function finish({ source, target, from }: Conversion, { names, revoked }: Pass): Promise<void> {
  const { connection, keys } = target;
  const copied = await target.reader.names();
  const known = new Set(names);
  const extra = copied.filter((name) => !known.has(name));
  if (extra.length > 0) {
    throw new DbError(
      "locked",
      `${extra.length} records under ${keys.prefix} are not under ${source.keys.prefix}: somebody removed them there, or writes here. Remove the keys of ${keys.prefix} and repeat`,
    );
  }
  const ids = [...copied, ...revoked].map((name) => parseClientId(name) ?? 0);
  const highest = ids.reduce((top, id) => Math.max(top, id), 0);
  const version = await connection.read("get", source.keys.schemaVersion);
  const reply = await connection.run(
    FINISH,
    [keys.conversion, keys.meta, keys.schemaVersion, keys.count, keys.idSequence],
    [from, randomUUID(), typeof version === "string" ? version : "", copied.length, highest],
  );
  expectUnderWay(reply, keys.prefix);
}

function report(
  { source, target, dryRun }: Conversion,
  { names, tombstones, unreadable, leftBehind, revoked }: Pass,
  stateEntries: number,
  changed: ReadonlySet<string>,
): ConvertReport {
  return {
    from: source.keys.prefix,
    to: target.keys.prefix,
    isDone: !dryRun,
    records: names.length - leftBehind.length,
    tombstones,
    revocations: revoked.size,
    stateEntries,
    unreadable,
    leftBehind,
    changedMeanwhile: [...changed],
  };
}
