/** A page of a list is found by its id: the last one takes no longer than the first. */
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { ClientRows } from "../src/client-rows.ts";
import { readLayout } from "../src/layout.ts";
import { hub } from "./support/hub.ts";

const CLIENTS = 50_000;

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
