import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordDraft, StoredEntry, StoredRecord } from "../src/backend/contract.ts";
import { RecordTable } from "../src/backend/record-table.ts";
import { indexValues, parseRecord, tombstone } from "../src/backend/record.ts";
import { recordText } from "../src/conformance/bed/records.ts";

const keys = ["a", "b", "c"];
const entry = (id: number, fields: { readonly [field: string]: unknown }): StoredEntry =>
  parseRecord(id, recordText(id, fields));
const bad = (id: number, key: string): StoredEntry => parseRecord(id, JSON.stringify(["bad", key]));
const draft = (api_key: string, id?: number): RecordDraft => ({
  ...(id === undefined ? {} : { id }),
  make: (client_id): StoredRecord => ({ client_id, api_key }),
});

type Step = readonly [id: number, kind: "set" | "revoke" | "break" | "delete", key: string];
const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom("set", "set", "revoke", "break", "delete" as const),
    fc.constantFrom(...keys),
  ) as fc.Arbitrary<Step>,
  { maxLength: 30 },
);

/** Does the steps on a table and on a plain map. */
function both(all: readonly Step[]): { table: RecordTable; plain: Map<number, StoredEntry> } {
  const [table, plain] = [new RecordTable(), new Map<number, StoredEntry>()];
  for (const [id, kind, key] of all) {
    if (kind === "delete") {
      table.delete(id);
      plain.delete(id);
      continue;
    }
    const readable = kind === "set" ? entry(id, { api_key: key, name: key }) : { id, record: tombstone(id) };
    const next = kind === "break" ? bad(id, key) : readable;
    table.set(id, next);
    plain.set(id, next);
  }
  return { table, plain };
}

describe("a table, whatever was set and deleted", () => {
  test("holds what a plain map holds, by ascending id", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { table, plain } = both(all);
        const ids = [...plain.keys()].toSorted((a, b) => a - b);
        expect(table.ids()).toEqual(ids);
        expect([...table.entries()]).toEqual(ids.map((id) => plain.get(id)));
        expect(table.highestId).toBe(ids.at(-1) ?? 0);
      }),
    );
  });

  test("finds what going through everything finds", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { table, plain } = both(all);
        for (const key of [...keys, "revoked", ""]) {
          for (const index of ["accessKey", "name"] as const) {
            const found = table.find(index, key);
            const living = [...plain.values()].filter(
              ({ record }) => record && indexValues(record, index).includes(key),
            );
            const broken = [...plain.values()].filter(
              (each) => each.record === undefined && each.mentions(key),
            );
            expect(new Set(found)).toEqual(new Set([...living, ...broken]));
            expect(found.length).toBe(living.length + broken.length);
          }
        }
      }),
    );
  });

  test("drafts ids above all that it holds, and changes nothing by it", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { table } = both(all);
        const before = [...table.entries()];
        const made = table.draft([draft("new-1"), draft("new-2")]);
        expect(made.map(({ client_id }) => client_id)).toEqual([table.highestId + 1, table.highestId + 2]);
        expect([...table.entries()]).toEqual(before);
      }),
    );
  });
});

describe("drafting", () => {
  const table = new RecordTable();
  table.set(3, entry(3, { api_key: "taken" }));
  table.set(5, bad(5, "unreadable"));
  table.set(7, { id: 7, record: tombstone(7) });

  test.each<[string, RecordDraft[], string, number[]]>([
    ["a taken id", [draft("new", 3)], "duplicate-key", [3]],
    ["the id of a record that cannot be read", [draft("new", 5)], "duplicate-key", [5]],
    ["the id of a tombstone", [draft("new", 7)], "duplicate-key", [7]],
    ["an id twice", [draft("new-1", 9), draft("new-2", 9)], "duplicate-key", [9]],
    ["an id that a draft before it was given", [draft("new-1"), draft("new-2", 8)], "duplicate-key", [8]],
    ["a taken key", [draft("new"), draft("taken")], "duplicate-key", [3]],
    ["a key twice", [draft("new"), draft("new")], "duplicate-key", []],
    ["a key that nobody can tell the owner of", [draft("unreadable")], "corrupt", [5]],
    ["an id that no number can hold", [draft("a", Number.MAX_SAFE_INTEGER), draft("b")], "full", []],
  ])("refuses %s", (_what, drafts, code, clientIds) => {
    expect(() => table.draft(drafts)).toThrow(expect.objectContaining({ code, clientIds }));
  });

  test("takes the keys of the revoked, and ids between those that are taken", () => {
    const made = table.draft([draft("new-1", 4), draft("new-2")]);

    expect(made.map(({ client_id }) => client_id)).toEqual([4, 8]);
  });
});

describe("changing", () => {
  const table = new RecordTable();
  for (const id of [1, 2]) table.set(id, entry(id, { api_key: "shared" }));
  table.set(3, entry(3, { api_key: "own" }));
  table.set(5, bad(5, "unreadable"));

  test("an unknown id is no change", () => {
    expect(table.change(9, () => undefined)).toBeUndefined();
  });

  test("a record that cannot be read is an error", () => {
    expect(() => table.change(5, () => undefined)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  test("a key that is taken is refused, one that the client shares already is not", () => {
    const renamed = table.change(1, (now) => ({ ...now, name: "renamed" }));

    expect(renamed?.next?.["name"]).toBe("renamed");
    expect(() => table.change(1, (now) => ({ ...now, api_key: "own" }))).toThrow(
      expect.objectContaining({ code: "duplicate-key", clientIds: [3] }),
    );
  });
});

test("entries without an id are found and listed, and have no place among the ids", () => {
  const table = new RecordTable();
  const lost = parseRecord(undefined, recordText(1, { api_key: "lost" }));
  if (lost.record !== undefined) throw new Error("the record is readable");

  table.setWithoutId([lost]);

  expect(table.find("accessKey", "lost")).toEqual([lost]);
  expect([...table.entries()]).toEqual([lost]);
  expect(table.ids()).toEqual([]);
});
