import { expect, test } from "vitest";
import { InsertTokens, parseRecord, tombstone } from "../src/backend/index.ts";
import type { CommitOutcome, InsertWork, StoredEntry, StoredRecord } from "../src/backend/index.ts";

const record = (id: number, api_key: string): StoredRecord => ({ ...tombstone(id), api_key });

/** A commit that has made these records, and ends as it is told to. */
function commit(records: readonly StoredRecord[]): InsertWork & { end(outcome: CommitOutcome): void } {
  const callbacks: ((outcome: CommitOutcome) => void)[] = [];
  return {
    get: (id): StoredEntry | undefined => {
      const found = records.find(({ client_id }) => client_id === id);
      return found && parseRecord(id, JSON.stringify(found));
    },
    onEnd: (callback) => void callbacks.push(callback),
    end: (outcome) => callbacks.forEach((callback) => callback(outcome)),
  };
}

function remembered(outcome: CommitOutcome): InsertTokens {
  const tokens = new InsertTokens();
  const work = commit([]);
  tokens.remember("token", [record(1, "ours")], work);
  work.end(outcome);
  return tokens;
}

test("a repeated insert gets what it has made, as it is now", () => {
  const tokens = remembered("committed");

  expect(tokens.recall("token", commit([record(1, "changed since")]))?.[0]?.api_key).toBe("changed since");
  expect(tokens.recall("another", commit([record(1, "ours")]))).toBeUndefined();
});

test("what was discarded is made again", () => {
  expect(remembered("discarded").recall("token", commit([record(1, "ours")]))).toBeUndefined();
});

test("where nobody knows, the record decides: it is ours, or another client's, or not there", () => {
  const tokens = remembered("unknown");

  expect(tokens.recall("token", commit([record(1, "ours")]))?.[0]?.client_id).toBe(1);
  expect(tokens.recall("token", commit([record(1, "another client's")]))).toBeUndefined();
  expect(tokens.recall("token", commit([]))).toBeUndefined();
});

test("the last thousand are remembered", () => {
  const tokens = new InsertTokens();
  const work = commit([record(1, "ours")]);
  for (let i = 0; i <= 1000; i += 1) tokens.remember(`token ${i}`, [record(1, "ours")], work);
  work.end("committed");

  expect(tokens.recall("token 0", work)).toBeUndefined();
  expect(tokens.recall("token 1", work)).toHaveLength(1);
});
