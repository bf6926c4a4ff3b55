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

/** As many inserts, each of one client, that share a commit. */
function shared(tokens: InsertTokens, count: number, name: string): ReturnType<typeof commit> {
  const work = commit([record(1, "ours")]);
  for (let i = 0; i < count; i += 1) tokens.remember(`${name} ${i}`, [record(1, "ours")], work);
  return work;
}

test("the last ten thousand are remembered", () => {
  const tokens = new InsertTokens();
  const work = shared(tokens, 11_000, "token");
  work.end("committed");

  expect(tokens.recall("token 999", work)).toBeUndefined();
  expect(tokens.recall("token 1000", work)).toHaveLength(1);
});

test("all of a commit that has not ended are remembered, however many they are", () => {
  const tokens = new InsertTokens();
  const work = shared(tokens, 12_000, "token");

  expect(tokens.recall("token 0", work)).toHaveLength(1);
  expect(tokens.recall("token 11999", work)).toHaveLength(1);
});

test("those that nobody knows of outlive the ones that are certain, whichever came first", () => {
  const tokens = new InsertTokens();
  const unconfirmed = shared(tokens, 1500, "unconfirmed");
  unconfirmed.end("unknown");
  const certain = shared(tokens, 10_000, "certain");
  certain.end("committed");

  expect(tokens.recall("unconfirmed 0", unconfirmed)).toHaveLength(1);
  expect(tokens.recall("unconfirmed 1499", unconfirmed)).toHaveLength(1);
  expect(tokens.recall("certain 999", certain)).toBeUndefined();
  expect(tokens.recall("certain 9999", certain)).toHaveLength(1);
});

test("however many nobody knows of, ten thousand are remembered", () => {
  const tokens = new InsertTokens();
  const work = shared(tokens, 11_000, "token");
  work.end("unknown");

  expect(tokens.recall("token 999", work)).toBeUndefined();
  expect(tokens.recall("token 1000", work)).toHaveLength(1);
});

test("the end of a run that was given up says nothing of a later run of the same insert", () => {
  const tokens = new InsertTokens();
  const givenUp = shared(tokens, 1, "token");
  const again = shared(tokens, 1, "token");

  givenUp.end("discarded");
  expect(tokens.recall("token 0", again)).toHaveLength(1);

  again.end("unknown");
  givenUp.end("discarded");
  expect(tokens.recall("token 0", commit([record(1, "another client's")]))).toBeUndefined();
  expect(tokens.recall("token 0", again)).toHaveLength(1);
});
