/** What a transfer has done. */
import type { ClientId, JsonObject } from "@hivemind/db-core";
import { upgradeSentences } from "../clients/upgrade.ts";

export interface Counts {
  added: number;
  /** There already, and equal. */
  unchanged: number;
  /** Only seen later: the time was moved forward. */
  touched: number;
  replaced: number;
  /** In conflict with what is there, and left as it is there. */
  skipped: number;
}

export type StateCounts = Omit<Counts, "touched">;

export interface Report {
  readonly clients: Counts;
  readonly state: StateCounts;
  /** Places of what could not be read, and was left out. */
  readonly unreadable: string[];
  /** Of a source of schema 1: clients whose `message_blacklist` was dropped. */
  readonly droppedMessageBlacklist: ClientId[];
  /** Of a source of schema 1: clients that a hub gave default types, and that may send nothing now. */
  readonly emptyAllowedTypes: ClientId[];
}

export function newReport(): Report {
  const counts = { added: 0, unchanged: 0, replaced: 0, skipped: 0 };
  return {
    clients: { ...counts, touched: 0 },
    state: { ...counts },
    unreadable: [],
    droppedMessageBlacklist: [],
    emptyAllowedTypes: [],
  };
}

export function totalOf(counts: Counts | StateCounts): number {
  return Object.values(counts).reduce((sum: number, count: number) => sum + count, 0);
}

/** Public API: the names and their types. */
export function reportJson({ clients, state, ...rest }: Report): JsonObject {
  return { clients: { ...clients }, state: { ...state }, ...rest };
}

/** Sentences for people; what is zero is not said. */
export function reportSentences(report: Report, isDryRun: boolean): readonly string[] {
  const { clients, state, unreadable } = report;
  const sentences = [`${isDryRun ? "It would be: clients" : "Clients"}: ${countsText(clients)}.`];
  if (totalOf(state) > 0) sentences.push(`Entries of node state: ${countsText(state)}.`);
  if (unreadable.length > 0) sentences.push(`Left out, for they cannot be read: ${unreadable.join(", ")}.`);
  sentences.push(...upgradeSentences(report));
  return sentences;
}

const WORDS: { readonly [Name in keyof Counts]: string } = {
  added: "added",
  unchanged: "there already",
  touched: "there already, seen later",
  replaced: "replaced",
  skipped: "skipped",
};

function countsText(counts: Counts | StateCounts): string {
  const shown = Object.entries(counts).filter(([name, count]) => count > 0 || name === "added");
  return shown
    .map(
      ([name, count]: [string, number]) => `${count.toLocaleString("en-US")} ${WORDS[name as keyof Counts]}`,
    )
    .join(", ");
}
