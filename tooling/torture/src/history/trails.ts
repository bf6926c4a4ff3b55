/** Each client's trail grows by one whole step at a time, and whoever comes later sees no less. */
import { promise } from "../trial.ts";
import type { Ending } from "./check.ts";
import { failureOf, isOpen, NEVER, succeeded } from "./operation.ts";
import type { Operation } from "./operation.ts";

/** How far the client had come, by what an operation was told. The tombstone is the end of every trail. */
interface Sighting {
  readonly operation: Operation;
  readonly length: number;
}

export function checkTrails(history: readonly Operation[], ending: Ending): void {
  const byClient = Map.groupBy(
    history.filter(({ call }) => "id" in call),
    ({ call }) => (call as { id: number }).id,
  );
  for (const [id, operations] of byClient) {
    const client = ending.clients.find((one) => one.id === id);
    promise(client !== undefined, () => `client ${id} was there, and is not any more`);
    const last = client.revoked ? ({ revoked: true } as const) : { trail: client.trail, torn: client.torn };
    const read: Operation = {
      worker: "the end",
      call: { do: "read", id },
      start: NEVER,
      end: NEVER,
      outcome: last,
    };
    checkTrail(id, [...operations, read]);
  }
}

function checkTrail(id: number, operations: readonly Operation[]): void {
  const longest = operations.reduce<readonly string[]>((best, operation) => {
    const trail = trailOf(operation);
    return trail !== undefined && trail.length > best.length ? trail : best;
  }, []);
  checkTokens(id, operations, longest);

  const sightings = operations.flatMap((operation): Sighting[] => {
    if (sawRevoked(operation) || hasRevoked(operation)) return [{ operation, length: Infinity }];
    const trail = trailOf(operation);
    if (trail === undefined) return [];
    promise(
      trail.every((token, i) => token === longest[i]),
      () => `client ${id}: ${show(operation)} saw ${trail.join(" ")}, others ${longest.join(" ")}`,
    );
    return [{ operation, length: trail.length }];
  });
  checkOrder(id, sightings);
  checkRevocation(id, operations, sightings);
}

/** Every token in the trail was begun, was not refused, is there once, and where its append was told. */
function checkTokens(id: number, operations: readonly Operation[], trail: readonly string[]): void {
  promise(
    new Set(trail).size === trail.length,
    () => `client ${id}: a step was taken twice: ${trail.join(" ")}`,
  );
  const appends = new Map(
    operations.flatMap((operation) =>
      operation.call.do === "append" ? [[operation.call.token, operation] as const] : [],
    ),
  );
  for (const token of trail) {
    const append = appends.get(token);
    promise(append !== undefined, () => `client ${id}: nobody ever appended ${token}`);
    promise(
      isOpen(append) || succeeded(append),
      () => `client ${id}: ${token} was refused (${failureOf(append)}), and is there`,
    );
  }
  for (const [token, append] of appends) {
    const told = trailOf(append);
    promise(
      told === undefined || told.at(-1) === token,
      () => `client ${id}: ${token} is not what its append wrote`,
    );
  }
}

/** Whoever begins after another has ended sees at least as much; an append more. */
function checkOrder(id: number, sightings: readonly Sighting[]): void {
  const ended = sightings.toSorted((a, b) => compare(a.operation.end, b.operation.end));
  let seen = { length: 0, by: "nobody" };
  let next = 0;
  for (const { operation, length } of sightings.toSorted((a, b) =>
    compare(a.operation.start, b.operation.start),
  )) {
    for (; next < ended.length; next += 1) {
      const before = ended[next] as Sighting;
      if (before.operation.end >= operation.start) break;
      if (before.length > seen.length) seen = { length: before.length, by: show(before.operation) };
    }
    const least = seen;
    promise(
      length >= least.length,
      () =>
        `client ${id}: ${show(operation)} saw ${length} steps, after ${least.by} had seen ${least.length}`,
    );
  }
}

/** Nobody is revoked before somebody begins to revoke. */
function checkRevocation(id: number, operations: readonly Operation[], sightings: readonly Sighting[]): void {
  const revokes = operations.filter(({ call }) => call.do === "revoke");
  const first = revokes.reduce((least, { start }) => (start < least ? start : least), NEVER);
  const early = sightings.find(({ operation, length }) => length === Infinity && operation.end < first);
  promise(early === undefined, () => `client ${id} was seen revoked before anybody revoked it`);
}

function sawRevoked(operation: Operation): boolean {
  const { outcome, call } = operation;
  if (outcome === undefined) return false;
  if ("revoked" in outcome) return true;
  return call.do !== "add" && failureOf(operation) === "no-such-client";
}

function hasRevoked(operation: Operation): boolean {
  return operation.call.do === "revoke" && succeeded(operation);
}

function trailOf({ outcome, call }: Operation): readonly string[] | undefined {
  if (outcome === undefined || !("trail" in outcome)) return undefined;
  const { trail, torn } = outcome;
  promise(!torn, () => `${call.do} saw a change in part: ${trail.join(" ")}`);
  return trail;
}

const show = ({ worker, call }: Operation): string => `${worker}'s ${call.do}`;
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
