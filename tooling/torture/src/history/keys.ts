/** An access key has one holder at a time, and `authenticate` names it: not the last one, not the next. */
import { promise } from "../trial.ts";
import type { Ending } from "./check.ts";
import { failureOf, isOpen, NEVER, succeeded } from "./operation.ts";
import type { Operation } from "./operation.ts";

/** From when to when a client held a key: at most, and for certain. */
interface Holding {
  readonly id: number;
  readonly key: string;
  readonly possible: Span;
  /** `undefined`: nobody can say that it ever did. */
  readonly certain: Span | undefined;
}

interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

export function checkKeys(history: readonly Operation[], ending: Ending, stale: bigint): void {
  const holdings = holdingsOf(history, ending);
  const byKey = Map.groupBy(holdings, ({ key }) => key);
  for (const [key, all] of byKey) checkExclusive(key, all);
  for (const operation of history) {
    const { call } = operation;
    if (call.do === "authenticate") checkVerdict(operation, call.key, byKey.get(call.key) ?? [], stale);
    if (call.do === "claim" && failureOf(operation) === "duplicate-key") {
      promise(
        (byKey.get(call.key) ?? []).some(
          (one) => one.id !== call.id && overlap(one.possible, spanOf(operation)),
        ),
        () => `client ${call.id} was refused a key that nobody had`,
      );
    }
  }
}

function holdingsOf(history: readonly Operation[], ending: Ending): readonly Holding[] {
  const ids = new Map(ending.clients.map(({ id, name }) => [name, id]));
  const takes = history.flatMap((operation) => {
    const { call, outcome } = operation;
    if (failureOf(operation) !== undefined && !isOpen(operation)) return [];
    if (call.do === "claim") return [{ operation, id: call.id, key: call.key }];
    if (call.do !== "add") return [];
    const id = outcome !== undefined && "id" in outcome ? outcome.id : ids.get(call.token);
    return id === undefined ? [] : [{ operation, id, key: call.key }];
  });
  const revokes = history.flatMap((operation) =>
    operation.call.do === "revoke" && (succeeded(operation) || isOpen(operation))
      ? [{ operation, id: operation.call.id, key: undefined }]
      : [],
  );
  const byClient = Map.groupBy([...takes, ...revokes], ({ id }) => id);
  return takes.map(({ operation: take, id, key }) => {
    const others = (byClient.get(id) ?? []).filter((one) => one.operation !== take && one.key !== key);
    // It is over for certain when another take, begun after this one had ended, has ended.
    const over = others.filter(({ operation }) => succeeded(operation) && operation.start > take.end);
    // It may be over as soon as any other one, that is not known to have come before, begins.
    const endings = others.filter(({ operation }) => operation.end > take.start);
    const to = least(endings.map(({ operation }) => operation.start));
    return {
      id,
      key,
      possible: { from: take.start, to: least(over.map(({ operation }) => operation.end)) },
      certain: succeeded(take) && take.end < to ? { from: take.end, to } : undefined,
    };
  });
}

function checkExclusive(key: string, holdings: readonly Holding[]): void {
  const certain = holdings
    .flatMap(({ id, certain: span }) => (span === undefined ? [] : [{ id, span }]))
    .toSorted((a, b) => (a.span.from < b.span.from ? -1 : 1));
  certain.forEach(({ id, span }, i) => {
    const next = certain.slice(i + 1).find((one) => one.span.from < span.to && one.id !== id);
    promise(
      next === undefined,
      () => `the clients ${id} and ${next?.id} had the same access key (${key}) at once`,
    );
  });
}

function checkVerdict(operation: Operation, key: string, holdings: readonly Holding[], stale: bigint): void {
  const { outcome } = operation;
  if (outcome === undefined) return;
  const when = { from: operation.start - stale, to: operation.end };
  if ("id" in outcome) {
    promise(
      holdings.some(({ id, possible }) => id === outcome.id && overlap(possible, when)),
      () => `${key} was admitted as client ${outcome.id}, which did not have it then`,
    );
  }
  if ("denied" in outcome) {
    promise(outcome.denied !== "ambiguous", () => `two clients had ${key}`);
    promise(
      !holdings.some(
        ({ certain }) => certain !== undefined && certain.from <= when.from && certain.to >= when.to,
      ),
      () => `${key} was denied (${outcome.denied}), and its client had it all the time`,
    );
  }
}

const spanOf = ({ start, end }: Operation): Span => ({ from: start, to: end });
const overlap = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to;
const least = (times: readonly bigint[]): bigint =>
  times.reduce((best, at) => (at < best ? at : best), NEVER);
