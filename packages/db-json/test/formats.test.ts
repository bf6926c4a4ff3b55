import { describe, expect, test } from "vitest";
import { all, fixture, hub, recordText } from "./support/hub.ts";

describe.each(["v1", "v2"] as const)("what a Python hub left, %s", (version) => {
  test("lists all ten records and leaves every byte", async () => {
    const { open, snapshot } = hub(version);
    const before = snapshot();

    const db = await open();
    const clients = await all(db);

    expect(clients.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]);
    expect(clients.filter(({ revoked }) => revoked).map(({ id }) => id)).toEqual([7]);
    expect(clients[3]?.skillBlacklist).toEqual(["skill-homeassistant.openvoiceos", "skill-camera"]);
    expect(clients[3]?.intentBlacklist).toEqual(["HomeAssistant.DeviceControllerIntent"]);
    expect(clients[5]?.metadata).toEqual({ site_id: "basement", locked: false });
    expect(snapshot()).toEqual(before);
  });

  test("after an add the file holds eleven, and what nobody changed is as it was", async () => {
    const { open, read, path } = hub(version);
    const db = await open();

    const { client } = await db.addClient({ name: "new" });

    expect(client.id).toBe(1001);
    const text = read("clients.json");
    const records = JSON.parse(text) as Record<string, { site_id?: string; name: string }>;
    expect(Object.keys(records)).toHaveLength(11);
    expect(records["6"]?.site_id).toBe("basement");
    expect(text).toContain('"big_int": 9007199254740993');
    expect(text).toContain('"name": "Säule Ümläut 東京 🐝"');
    expect(read("clients.schema_version")).toBe("2");
    expect(path("clients.json")).toBe(db.info().location);
  });

  test("the encrypted store opens with its password and stays encrypted", async () => {
    const hive = hub(version);
    const options = { name: "clients-encrypted", password: "sixteen-byte-key" };
    const db = await hive.open(options);

    await db.updateClient(1, { description: "changed" });
    await db.close();

    const again = await hive.open(options);
    expect(await all(again)).toHaveLength(10);
    expect((await again.getClient(1))?.description).toBe("changed");
    expect(Object.keys(JSON.parse(hive.read("clients-encrypted.ejson")) as object)).toEqual([
      "ciphertext",
      "tag",
      "nonce",
    ]);
    expect(hive.read("clients-encrypted.hivemind.ejson")).toContain("ciphertext");
  });
});

describe("schema 1 becomes 2 with the first write", () => {
  test("blacklists move into metadata, and the file as it was is kept beside it", async () => {
    const { open, read, notices } = hub("v1");
    const before = read("clients.json");
    const db = await open();

    await db.touch(1, 1_800_000_000);

    const records = JSON.parse(read("clients.json")) as Record<string, Record<string, unknown>>;
    for (const record of Object.values(records)) {
      expect(Object.keys(record)).not.toContain("intent_blacklist");
      expect(Object.keys(record)).not.toContain("skill_blacklist");
      expect(Object.keys(record)).not.toContain("message_blacklist");
    }
    expect(records["4"]?.["metadata"]).toEqual({
      intent_blacklist: ["HomeAssistant.DeviceControllerIntent"],
      skill_blacklist: ["skill-homeassistant.openvoiceos", "skill-camera"],
    });
    expect(read("clients.json.schema-1.bak")).toBe(before);
    expect(notices).toMatchObject([{ code: "migrated", clientIds: [4] }]);
  });

  test("cut off before the marker was written, it simply runs again", async () => {
    const hive = hub("v1");
    const first = await hive.open();
    await first.migrate();
    await first.close();
    const migrated = hive.read("clients.json");
    hive.write("clients.schema_version", "1");

    const second = await hive.open();
    const report = await second.migrate();

    expect(report.from).toBe(1);
    expect(hive.read("clients.json")).toBe(migrated);
    expect(hive.read("clients.schema_version")).toBe("2");
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
});

describe("odd files", () => {
  test("comment lines are read over and kept", async () => {
    const { open, write, read } = hub();
    write("clients.json", fixture("synthetic/clients-comments.json"));
    write("clients.schema_version", "2");
    const db = await open();

    await db.addClient({ name: "second" });

    expect(await all(db)).toHaveLength(2);
    expect(read("clients.json")).toContain("// managed by the kitchen hub");
    expect(read("clients.json")).toContain("# do not edit while the hub runs");
  });

  test("of duplicate keys the last counts, and a change removes the others", async () => {
    const { open, write, read } = hub();
    write("clients.json", fixture("synthetic/clients-duplicate-keys.json"));
    write("clients.schema_version", "2");
    const db = await open();
    expect((await db.secrets(1))?.accessKey).toBe("new");
    expect((await Array.fromAsync(db.verify())).map(({ code }) => code)).toContain("duplicate-record");

    await db.revokeClient(1);

    expect(read("clients.json")).not.toContain('"old"');
    expect(await db.authenticate({ accessKey: "old" })).toMatchObject({
      allowed: false,
      reason: "unknown-key",
    });
  });

  test("NaN makes its record bad and no other; both survive a write byte for byte", async () => {
    const { open, write, read, notices } = hub();
    write("clients.json", fixture("synthetic/clients-nan.json"));
    write("clients.schema_version", "2");
    const db = await open();

    expect((await all(db)).map(({ id }) => id)).toEqual([1, 3]);
    expect(notices).toMatchObject([{ code: "bad-record", clientIds: [2] }]);
    await db.updateClient(3, { description: "touched" });

    const text = read("clients.json");
    expect(text).toContain('"metadata": {"gain": NaN, "max": Infinity}');
    for (const number of [
      '"one": 1.0',
      '"minus_zero": -0.0',
      '"big": 1e+22',
      '"huge": 123456789012345678901234567890',
    ]) {
      expect(text).toContain(number);
    }
    await expect(db.getClient(2)).rejects.toMatchObject({ code: "corrupt", clientIds: [2] });
    await expect(db.authenticate({ accessKey: "nan" })).rejects.toMatchObject({ code: "corrupt" });
    expect(await db.authenticate({ accessKey: "na" })).toMatchObject({ reason: "unknown-key" });
  });

  test("bad records are reported by id, and stay as they are", async () => {
    const { open, write, read, notices } = hub();
    write("clients.json", fixture("synthetic/clients-one-bad-record.json"));
    write("clients.schema_version", "2");
    const db = await open();

    expect((await all(db)).map(({ id }) => id)).toEqual([1, 4]);
    const { client } = await db.addClient();

    expect(client.id).toBe(5);
    expect(notices.flatMap(({ clientIds }) => clientIds)).toEqual([2, 3]);
    expect(read("clients.json")).toContain('"2": {"client_id": "two", "api_key": 7}');
    expect(read("clients.json")).toContain('"3": "not a record"');
  });

  test("a line separator in a value is written so that a Python hub's reader does not cut the line there", async () => {
    const { open, read } = hub();
    const db = await open({}, true);

    const { client } = await db.addClient({ description: "a\u2028# no comment\u0085b\u2029" });

    expect(read("clients.json")).toContain(String.raw`a\u2028# no comment\u0085b\u2029`);
    expect((await db.getClient(client.id))?.description).toBe("a\u2028# no comment\u0085b\u2029");
  });

  test("such a value that was written raw, with what looks like a comment, is read as it is", async () => {
    const { open, write } = hub();
    write("clients.json", `{"1": ${recordText(1, "k", { description: "a\u2028# no comment" })}}`);

    const db = await open();

    expect((await db.getClient(1))?.description).toBe("a\u2028# no comment");
  });
});
