/** What other programs change reaches the feed, and what is no change does not. */
import { rmSync } from "node:fs";
import type { Backend, ClientId } from "@hivemind/db-core/backend";
import { expect, onTestFinished, test, vi } from "vitest";
import plugin from "../src/plugin.ts";
import { hub } from "./support/hub.ts";
import { pythonTombstone, replace, run, seen, select } from "./support/python.ts";

const OPTIONS = { name: "clients", subfolder: "hivemind-core" };

interface Heard {
  readonly backend: Backend;
  /** All that was told since the last time, when the feed says that it has told all. */
  readonly news: () => readonly (ClientId | "all")[];
}

async function listen(): Promise<Heard> {
  const backend = await plugin.open(OPTIONS, { create: true, onNotice: () => undefined });
  const heard: (ClientId | "all")[] = [];
  const watch = await backend.watch((changed) =>
    heard.push(...(changed === "all" ? ["all" as const] : changed)),
  );
  onTestFinished(() => backend.close());
  watch.provenAt();
  heard.length = 0;
  const news = () => {
    const asked = performance.now();
    expect(watch.provenAt()).toBeGreaterThanOrEqual(asked);
    return heard.splice(0);
  };
  return { backend, news };
}

async function withTables(): Promise<ReturnType<typeof hub>> {
  const hive = hub("v2");
  const db = await hive.open();
  await db.touch(2, 1);
  await db.close();
  return hive;
}

test("a hub that only moves last_seen is not heard of, whichever statement it uses", async () => {
  const { path } = await withTables();
  const { news } = await listen();

  run(path(), seen("guest-key", 1_800_000_000));
  run(path(), ...select(path()).map((row) => replace({ ...row, last_seen: 1_900_000_000 })));

  expect(news()).toEqual([]);
});

test("nor where it rewrites a record that we have written", async () => {
  const { path, open } = await withTables();
  const db = await open();
  await db.updateClient(2, {
    metadata: { text: "ä 🐝 \u007f", list: [1, [2.5, null]], empty: {}, flag: true },
  });
  const { news } = await listen();
  const row = select(path()).find((found) => found["client_id"] === 2) ?? {};

  // As Python's json.dumps writes what its json.loads has read.
  const metadata =
    '{"text": "\\u00e4 \\ud83d\\udc1d \\u007f", "list": [1, [2.5, null]], "empty": {}, "flag": true}';
  run(path(), replace({ ...row, metadata, last_seen: 1_900_000_000 }));

  expect(news()).toEqual([]);
});

test("every real change of a hub is heard of, by id", async () => {
  const { path } = await withTables();
  const { news } = await listen();
  const rows = select(path());
  const row = (id: number) => rows.find((found) => found["client_id"] === id) ?? {};

  run(path(), replace({ ...row(2), can_escalate: 0 }), replace(pythonTombstone(4)), replace(row(9)));
  expect(news()).toEqual([2, 4]);

  run(path(), replace({ ...pythonTombstone(11), api_key: "new" }), [
    "DELETE FROM clients WHERE client_id = 8",
  ]);
  expect(news()).toEqual([11, 8]);

  run(path(), ["UPDATE clients SET allowed_types = '[]' WHERE client_id IN (1, 8)"], replace({ ...row(4) }));
  expect(news()).toEqual([1]);
});

test("what was rolled back is not heard of", async () => {
  const { path } = await withTables();
  const { news } = await listen();

  run(path(), ["BEGIN IMMEDIATE"], ["UPDATE clients SET name = 'x'"], ["ROLLBACK"]);

  expect(news()).toEqual([]);
});

test("before our first write there is no log, and every commit may have changed anything", async () => {
  const { path } = hub("v2");
  const { news } = await listen();

  run(path(), seen("guest-key", 1_800_000_000));

  expect(news()).toEqual(["all"]);
  expect(news()).toEqual([]);
});

test("whoever has not looked for longer than the log reaches is told that anything may have changed", async () => {
  const { path } = await withTables();
  const { news, backend } = await listen();
  const many =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) SELECT i FROM n";

  run(path(), [`INSERT INTO hivemind_db_changes (client_id) ${many}`]);
  expect(news()).toHaveLength(10_001);

  run(
    path(),
    [`INSERT INTO hivemind_db_changes (client_id) ${many}`],
    ["DELETE FROM hivemind_db_changes WHERE seq < 15000"],
  );
  expect(news()).toEqual(["all"]);

  await backend.update(2, (now) => ({ ...now, name: "pruned" }));
  expect(run(path(), ["SELECT count(*) AS n FROM hivemind_db_changes"])).toEqual([
    [{ n: expect.any(Number) }],
  ]);
  expect(
    Number(run(path(), ["SELECT count(*) AS n FROM hivemind_db_changes"])[0]?.[0]?.["n"]),
  ).toBeLessThanOrEqual(10_000);
});

test("without a call, too: the file is watched", async () => {
  const { path } = await withTables();
  const { backend } = await listen();
  const heard: unknown[] = [];
  const watch = await backend.watch((changed) => heard.push(changed));

  run(path(), ["UPDATE clients SET name = 'renamed' WHERE client_id = 3"]);

  await vi.waitFor(() => expect(heard).toEqual([[3]]), { timeout: 5000 });
  await watch.close();
});

test("while the store cannot be looked at, nothing is proven", async () => {
  const { path } = await withTables();
  const notices: string[] = [];
  const backend = await plugin.open(OPTIONS, { create: false, onNotice: ({ code }) => notices.push(code) });
  onTestFinished(() => backend.close());
  const watch = await backend.watch(() => undefined);
  const last = watch.provenAt();

  rmSync(path());

  expect(watch.provenAt()).toBe(last);
  expect(notices).toEqual(["feed-down"]);
});
