/** A page of a list is found by its id: the last one takes no longer than the first, and none leads back. */
import { readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClientRows } from "../src/client-rows.ts";
import { readLayout } from "../src/layout.ts";
import { all, findings, hub } from "./support/hub.ts";
import { makeHubFile } from "./support/python-hub.ts";
import { run } from "./support/python.ts";

const CLIENTS = 50_000;

/** As long in the file as those that no client can have, and found there only where the row stands. */
const FIRST = 2 ** 50;
const LAST = FIRST + 999;

test("what comes before a page is not gone through", () => {
  const { path } = hub("v2");
  const connection = new Database(path(), { readonly: false, fileMustExist: true, timeout: 5000 });
  onTestFinished(() => void connection.close());
  connection.exec(
    `WITH RECURSIVE ids(id) AS (SELECT 2000 UNION ALL SELECT id + 1 FROM ids WHERE id < 2000 + ${CLIENTS})
     INSERT INTO clients(client_id, api_key, name) SELECT id, 'key ' || id, '' FROM ids`,
  );
  const rows = new ClientRows(connection, readLayout(connection, path()));
  const [last] = rows.pageAfter(2000 + CLIENTS - 1);
  expect(last?.id).toBe(2000 + CLIENTS);
  expect(rows.pageAfter(2000 + CLIENTS)).toEqual([]);

  const one = medianOf(() => rows.get(2));
  expect(medianOf(() => rows.pageAfter(2000 + CLIENTS))).toBeLessThan(10 * one);
});

/** In ms, of one call. */
function medianOf(call: () => unknown): number {
  const took = Array.from({ length: 101 }, () => {
    const started = performance.now();
    call();
    return performance.now() - started;
  });
  return took.toSorted((a, b) => a - b)[50] ?? Infinity;
}

describe("a damaged file, in which a row has the id of another place", () => {
  test.each([
    { what: "the last row leads back", from: LAST, to: at(700) },
    { what: "the last row has the id of the one before", from: LAST, to: LAST - 1 },
    { what: "a row leads past others", from: at(900), to: LAST + 1 },
    { what: "a row has an id that no client can have, before others", from: at(900), to: 2 ** 55 },
  ])("$what: a list fails, and verify says what it is", async ({ from, to }) => {
    const { open, path } = hub();
    await makeHubFile(path(), undefined, 2, records("{}"));
    renumber(path(), from, to);
    const db = await open();

    await expect(all(db)).rejects.toMatchObject(DISORDERED);

    const found = await findings(db);
    expect(found.map(({ code }) => code)).toEqual(["damaged-file", "unreadable-store"]);
  });

  test("with no record that can be read, it is not for a missing store that it is not opened", async () => {
    const { open, path } = hub();
    await makeHubFile(path(), undefined, 2, records("[]"));
    renumber(path(), at(900), LAST + 1);

    await expect(open()).rejects.toMatchObject(DISORDERED);
  });

  test("of schema 1, it is not upgraded, and nothing is written", async () => {
    const { open, path } = hub();
    await makeHubFile(path(), undefined, 1, records("{}"));
    renumber(path(), at(900), LAST + 1);
    const db = await open();

    await expect(db.addClient()).rejects.toMatchObject(DISORDERED);

    expect(run(path(), ["PRAGMA user_version"], ["SELECT name FROM sqlite_schema"])).toEqual([
      [{ user_version: 0 }],
      [{ name: "clients" }],
    ]);
  });
});

const DISORDERED = { code: "corrupt", message: expect.stringMatching(/clients\.db .* order of their ids/) };

function at(place: number): number {
  return FIRST + place - 1;
}

/** More than a page of them. */
function records(metadata: string): readonly (readonly [key: string, text: string])[] {
  return Array.from({ length: LAST - FIRST + 1 }, (_, i) => {
    const id = String(FIRST + i);
    return [id, `{"client_id": ${id}, "api_key": "key ${i}", "allowed_types": [], "metadata": ${metadata}}`];
  });
}

/** Where the row stands, it gets another id. Written into the file: by SQLite, it would come to stand elsewhere. */
function renumber(path: string, from: number, to: number): void {
  const [file, old] = [readFileSync(path), varint(from)];
  const place = file.indexOf(old);
  expect(file.lastIndexOf(old)).toBe(place);
  expect(varint(to).copy(file, place)).toBe(old.length);
  writeFileSync(path, file);
}

/** Source: https://sqlite.org/fileformat2.html#varint */
function varint(id: number): Buffer {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) + (bytes.length === 0 ? 0 : 128));
  return Buffer.from(bytes);
}
