import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { all, fixture, FIXTURE_PASSWORD, hub } from "./support/hub.ts";
import { COLUMNS, run, select } from "./support/python.ts";

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000];

describe.each(["v1", "v2"] as const)("what a Python hub left, %s", (version) => {
  test("lists all ten records and leaves every byte", async () => {
    const { open, snapshot } = hub(version);
    const before = snapshot();

    const db = await open();
    const clients = await all(db);
    await db.close();

    expect(clients.map(({ id }) => id)).toEqual(IDS);
    expect(clients.filter(({ revoked }) => revoked).map(({ id }) => id)).toEqual([7]);
    expect(clients[0]?.lastSeen).toBe(1755264536.482113);
    expect(clients[2]?.name).toBe("Säule Ümläut 東京 🐝");
    expect(clients[3]?.skillBlacklist).toEqual(["skill-homeassistant.openvoiceos", "skill-camera"]);
    expect(clients[3]?.intentBlacklist).toEqual(["HomeAssistant.DeviceControllerIntent"]);
    expect(snapshot()).toEqual(before);
  });

  test("changed and closed by us, a plain SQLite reads the 16 columns as a hub expects them", async () => {
    const { open, path } = hub(version);
    const before = new Map(select(path()).map((row) => [row["client_id"], row]));
    const db = await open();

    await db.addClient({ name: "new", accessKey: "new-key", metadata: { big: 2n ** 64n } });
    await db.updateClient(1, { description: "changed" });
    await db.revokeClient(9);
    await db.close();

    const rows = new Map(select(path()).map((row) => [row["client_id"], row]));
    expect([...rows.keys()]).toEqual([...IDS, 1001]);
    for (const row of rows.values()) {
      expect(Object.keys(row)).toEqual(COLUMNS);
      for (const list of ["intent_blacklist", "skill_blacklist", "message_blacklist"])
        expect(row[list]).toBeNull();
    }
    expect(rows.get(1)).toEqual({ ...before.get(1), ...SCHEMA_2, description: "changed" });
    expect(rows.get(2)).toMatchObject({ api_key: "admin-console-key", is_admin: 1, last_seen: -1 });
    expect(rows.get(9)).toMatchObject({ api_key: "revoked", password: null, name: "", metadata: "{}" });
    expect(rows.get(1001)).toMatchObject({ api_key: "new-key", metadata: '{"big": 18446744073709551616}' });
    expect(rows.get(4)).toMatchObject({ can_broadcast: 0, can_escalate: 0, can_propagate: 0 });
    expect(JSON.parse(String(rows.get(4)?.["metadata"]))).toEqual({
      intent_blacklist: ["HomeAssistant.DeviceControllerIntent"],
      skill_blacklist: ["skill-homeassistant.openvoiceos", "skill-camera"],
    });
    expect(run(path(), ["PRAGMA user_version"])).toEqual([[{ user_version: 2 }]]);
    expect(run(path(), ["PRAGMA integrity_check"])).toEqual([[{ integrity_check: "ok" }]]);
  });
});

/** What the upgrade makes of a row that had no list. */
const SCHEMA_2 = { intent_blacklist: null, skill_blacklist: null, message_blacklist: null, metadata: "{}" };

test("in schema 2, numbers beyond 2^53 and unknown fields in the metadata stay digit for digit", async () => {
  const { open, path } = hub("v2");
  const before = select(path()).find((row) => row["client_id"] === 5)?.["metadata"];
  const db = await open();

  await db.updateClient(5, { name: "renamed" });
  await db.close();

  const after = select(path()).find((row) => row["client_id"] === 5);
  expect(after?.["name"]).toBe("renamed");
  expect(String(after?.["metadata"])).toContain('"big_int": 9007199254740993');
  expect(after?.["metadata"]).toBe(before);
});

describe("a file of SQLCipher 4, as Python hubs encrypt", () => {
  const options = { name: "clients-encrypted", password: FIXTURE_PASSWORD };

  test("lists all ten records and leaves every byte", async () => {
    const { open, snapshot } = hub("v2");
    const before = snapshot();

    const db = await open(options);
    const clients = await all(db);
    await db.close();

    expect(clients.map(({ id }) => id)).toEqual(IDS);
    expect(snapshot()).toEqual(before);
  });

  test("is written, stays encrypted, and opens again; so does one that we have made", async () => {
    const { open, snapshot } = hub("v2");
    const db = await open(options);
    await db.updateClient(1, { description: "a canary in clear" });
    await db.close();
    const own = await open({ name: "own", password: FIXTURE_PASSWORD }, true);
    await own.addClient({ description: "a canary in clear" });
    await own.close();

    for (const bytes of snapshot().values()) {
      expect(Buffer.from(bytes, "base64").includes("a canary in clear")).toBe(false);
    }
    const again = await open(options);
    expect((await again.getClient(1))?.description).toBe("a canary in clear");
    expect(await all(await open({ name: "own", password: FIXTURE_PASSWORD }))).toHaveLength(1);
  });
});

describe("schema 1 becomes 2 with the first write", () => {
  test("after a backup beside it, which opens as the store that it was", async () => {
    const { open, path, notices, folder } = hub("v1");
    const before = select(path());
    const db = await open();

    await db.touch(1, 1_800_000_000);

    expect(readdirSync(folder)).toContain("clients.db.schema-1.bak");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(select(path("clients.db.schema-1.bak"))).toEqual(before);
    expect(run(path("clients.db.schema-1.bak"), ["PRAGMA user_version"])).toEqual([[{ user_version: 0 }]]);
    expect(notices).toMatchObject([{ code: "migrated", clientIds: [4] }]);
    expect(notices[0]?.message).toContain(path("clients.db.schema-1.bak"));
    expect((await db.getClient(1))?.lastSeen).toBe(1_800_000_000);
  });

  test("asked for by name, with the report as the answer and no notice", async () => {
    const { open, notices, path } = hub("v1");
    const db = await open();

    const report = await db.migrate();

    expect(report).toMatchObject({ from: 1, to: 2, backup: path("clients.db.schema-1.bak") });
    expect(notices).toEqual([]);
  });

  test("where that write fails, nothing of it has happened", async () => {
    const { open, path } = hub("v1");
    const before = select(path());
    const db = await open();

    await expect(db.addClient({ accessKey: "guest-key" })).rejects.toMatchObject({ code: "duplicate-key" });
    await expect(db.updateClient(99, {})).rejects.toMatchObject({ code: "no-such-client" });
    await db.close();

    expect(select(path())).toEqual(before);
    expect(run(path(), ["PRAGMA user_version"])).toEqual([[{ user_version: 0 }]]);
  });

  test("migrating twice does nothing the second time", async () => {
    const { open, snapshot } = hub("v1");
    const db = await open();
    const first = await db.migrate();
    const after = snapshot();

    const second = await db.migrate();

    expect([first.from, second.from]).toEqual([1, 2]);
    expect(snapshot()).toEqual(after);
  });

  test("with metadata: what it says wins over the column; NULLs and text that is no JSON are bad alone", async () => {
    const { open, write, path, notices } = hub();
    write("clients.db", fixture("synthetic/clients-v1-metadata.db"));
    const db = await open();

    const [client, ...others] = await all(db);
    await db.addClient({ name: "third" });
    await db.close();

    expect(others).toEqual([]);
    expect(client).toMatchObject({ skillBlacklist: ["skill-explicit"], intentBlacklist: ["a.intent"] });
    expect(notices.find(({ code }) => code === "bad-record")?.clientIds).toEqual([2]);
    const rows = select(path());
    expect(rows.map((row) => row["client_id"])).toEqual([1, 2, 3]);
    expect(String(rows[0]?.["metadata"])).toContain('"big": 9007199254740993');
    expect(rows[1]).toMatchObject({ api_key: "m2", metadata: "not json", name: null, allowed_types: null });
  });
});

test("two living clients with one access key: it opens, admits neither, and both are named", async () => {
  const { open, write } = hub();
  write("clients.db", fixture("synthetic/clients-duplicate-access-key.db"));
  const db = await open();

  const verdict = await db.authenticate({ accessKey: "same-key" });

  expect(verdict).toEqual({ allowed: false, reason: "ambiguous", clientIds: [1, 2] });
  await db.updateClient(1, { accessKey: "own-key" });
  expect(await db.authenticate({ accessKey: "same-key" })).toMatchObject({
    allowed: true,
    client: { id: 2 },
  });
});

test("a row without an id, in a table that somebody has copied: a list shows that it is there", async () => {
  const { open, path, notices } = hub("v2");
  run(
    path(),
    ["ALTER TABLE clients RENAME TO hub"],
    ["CREATE TABLE clients AS SELECT * FROM hub"],
    ["DROP TABLE hub"],
    ["UPDATE clients SET client_id = NULL, api_key = 'lost' WHERE client_id = 1"],
  );
  const db = await open();
  await expect(db.authenticate({ accessKey: "lost" })).rejects.toMatchObject({ code: "corrupt" });

  const listed = await all(db);

  expect(listed.map(({ id }) => id)).not.toContain(1);
  expect(listed.length).toBeGreaterThan(0);
  expect(notices.map(({ code }) => code)).toContain("bad-record");
});
