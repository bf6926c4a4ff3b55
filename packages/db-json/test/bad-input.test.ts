import { chmodSync, rmSync, symlinkSync } from "node:fs";
import type { DbError } from "@hivemind/db-core";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { children } from "./support/child.ts";
import { all, fixture, hub, recordText } from "./support/hub.ts";

/** Each of these must say what is wrong with which file, and change nothing. */
const unreadable: readonly [string, string | Buffer, string][] = [
  ["truncated", fixture("synthetic/clients-truncated.json"), "ends too early"],
  ["truncated between characters", '{\n  "1": {"client_id": 1,', "ends too early (line 2)"],
  ["empty", "", "ends too early"],
  ["not JSON", "client_id=1\n", 'something else where "{" should be'],
  ["a list", "[]", 'something else where "{" should be'],
  ["a number", "5", 'something else where "{" should be'],
  ["two documents", "{}{}", "goes on after its closing brace"],
  ["a key without a value", '{"1": }', "a key without a value"],
  ["a key that is no string", "{1: {}}", 'something else where """ should be'],
  ["invalid UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "not UTF-8"],
];

describe("files that cannot be understood", () => {
  test.each(unreadable)("%s", async (_name, content, reason) => {
    const { database, write, snapshot, path } = hub();
    write("clients.json", content);
    const before = snapshot();

    const opening = database({}, true).open();

    await expect(opening).rejects.toMatchObject({ code: "corrupt" });
    await expect(opening).rejects.toThrow(path("clients.json"));
    await expect(opening).rejects.toThrow(reason);
    expect(snapshot()).toEqual(before);
  });

  test("a newer schema is refused and not downgraded", async () => {
    const { database, write, snapshot } = hub("v2");
    write("clients.schema_version", "3");
    const before = snapshot();

    await expect(database({}, true).open()).rejects.toMatchObject({ code: "newer-schema" });

    expect(snapshot()).toEqual(before);
  });

  test("a schema marker that is no number", async () => {
    const { database, write, snapshot } = hub("v2");
    write("clients.schema_version", "two");
    const before = snapshot();

    await expect(database({}, true).open()).rejects.toMatchObject({ code: "corrupt" });

    expect(snapshot()).toEqual(before);
  });

  test("a store damaged under a running node is an error, never what was there before", async () => {
    const { open, write, read } = hub("v2");
    const db = await open();
    const sound = read("clients.json");
    expect(await all(db)).toHaveLength(10);

    write("clients.json", sound.slice(0, 1000));

    await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({ code: "corrupt" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "corrupt" });
    expect(read("clients.json")).toBe(sound.slice(0, 1000));
    write("clients.json", sound);
    expect(await db.authenticate({ accessKey: "guest-key" })).toMatchObject({ allowed: true });
  });

  test("a newer schema under a running node is noticed", async () => {
    const { open, write } = hub("v2");
    const db = await open();

    write("clients.schema_version", "3");

    await expect(db.getClient(1)).rejects.toMatchObject({ code: "newer-schema" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "newer-schema" });
  });

  test("an error holds nothing of what the file holds", async () => {
    const { database, write } = hub();
    write("clients.json", `{"1": ${recordText(1, "CANARY-key", { password: "CANARY-password" })} "CANARY"}`);

    const error = await database()
      .open()
      .then(
        () => undefined,
        (failure: unknown) => failure as Error,
      );

    expect(error?.message).toBeTypeOf("string");
    expect(JSON.stringify([error?.message, error?.stack, String(error?.cause)])).not.toContain("CANARY");
  });
});

describe("a store that is not there", () => {
  test("is missing, not empty; and create makes it with the first write only", async () => {
    const { database, open, snapshot } = hub();
    await expect(database().open()).rejects.toMatchObject({ code: "missing-store" });

    const db = await open({}, true);
    expect(await all(db)).toEqual([]);
    expect(snapshot().size).toBe(0);
    await db.addClient();

    expect([...snapshot().keys()]).toContain("clients.json");
  });

  test("an empty object with no id of ours is missing too", async () => {
    const { database, write } = hub();
    write("clients.json", "{}");

    await expect(database().open()).rejects.toMatchObject({ code: "missing-store" });
  });

  test("gone under a running node: every call says so, and a write does not make it anew", async () => {
    const { open, path, snapshot, write, read } = hub("v2");
    const db = await open();
    await db.addClient();
    const text = read("clients.json");
    rmSync(path("clients.json"));

    await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({
      code: "missing-store",
    });
    await expect(all(db)).rejects.toMatchObject({ code: "missing-store" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    expect(await db.health()).toMatchObject({ ok: false, details: { code: "missing-store" } });
    expect([...snapshot().keys()]).not.toContain("clients.json");

    write("clients.json", text);
    expect(await all(db)).toHaveLength(11);
  });

  test("gone between two runs: create does not hide it", async () => {
    const { open, database, path } = hub();
    const db = await open({}, true);
    await db.addClient();
    await db.close();
    rmSync(path("clients.json"));

    await expect(database({}, true).open()).rejects.toMatchObject({ code: "missing-store" });
    await expect(database({}, true).open()).rejects.toThrow("clients.hivemind.json");
  });
});

describe("what the system refuses", () => {
  test("a file that we may not read", async () => {
    const { write, path, snapshot, dataHome, folder } = hub("v2");
    chmodSync(dataHome, 0o755);
    chmodSync(folder, 0o755);
    write("clients.json", fixture("v2/clients.json"));
    chmodSync(path("clients.json"), 0o600);
    const before = snapshot();
    if (process.geteuid?.() !== 0) chmodSync(path("clients.json"), 0o000);

    const outcome = await children.tryAdd(dataHome, 1, NOBODY);
    chmodSync(path("clients.json"), 0o600);

    expect(outcome).toMatchObject({ added: 0, code: "refused" });
    expect(outcome.message).toContain(path("clients.json"));
    expect(snapshot()).toEqual(before);
  });

  test("a folder that we may not write", async () => {
    const { path, snapshot, dataHome, folder } = hub("v2");
    chmodSync(dataHome, 0o755);
    chmodSync(path("clients.json"), 0o644);
    chmodSync(folder, 0o555);
    const before = snapshot();

    const outcome = await children.tryAdd(dataHome, 1, NOBODY);
    chmodSync(folder, 0o755);

    expect(outcome).toMatchObject({ added: 0, code: "read-only" });
    expect(outcome.message).toContain(folder);
    expect(snapshot()).toEqual(before);
  });

  test("a file system that is read-only", async () => {
    const { dataHome, folder, snapshot } = hub("v2");
    const before = snapshot();

    const output = await children.inMountNamespace(
      `mount --bind "$FOLDER" "$FOLDER"; mount -o remount,ro,bind "$FOLDER"; $NODE "$PROCESSES/try-add.process.ts" 1`,
      { FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    expect(JSON.parse(output)).toMatchObject({ added: 0, code: "read-only" });
    expect(snapshot()).toEqual(before);
  });

  test("a full disk: what was acknowledged is there, and the file is whole", async () => {
    const { dataHome, folder } = hub();

    const output = await children.inMountNamespace(
      `mount -t tmpfs -o size=128k t "$FOLDER"; $NODE "$PROCESSES/try-add.process.ts" 1000; ls -A "$FOLDER" | grep -c tmp || true; cat "$FOLDER/clients.json"`,
      { FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    const [outcomeLine = "", leftovers = "", ...file] = output.split("\n");
    const outcome = JSON.parse(outcomeLine) as { added: number; code: string };
    expect(outcome.code).toBe("full");
    expect(outcome.added).toBeGreaterThan(5);
    expect(leftovers).toBe("0");
    expect(Object.keys(JSON.parse(file.join("\n")) as object)).toHaveLength(outcome.added);
  });

  test("a file mounted on its own cannot be replaced: the message names the way out", async () => {
    const { dataHome, folder, path, snapshot } = hub("v2");
    const before = snapshot();

    const output = await children.inMountNamespace(
      `cp "$FILE" "$FILE.mounted"; mount --bind "$FILE.mounted" "$FILE"; $NODE "$PROCESSES/try-add.process.ts" 1; cmp "$FILE" "$FILE.mounted"; rm "$FILE.mounted"; rm -f "$FOLDER/clients.lock"`,
      { FILE: path("clients.json"), FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    const outcome = JSON.parse(output) as { code: string; message: string };
    expect(outcome.code).toBe("read-only");
    expect(outcome.message).toContain("mount its folder instead");
    expect(snapshot()).toEqual(before);
  });

  test("links in a circle", async () => {
    const { database, path } = hub();
    symlinkSync(path("clients.json"), path("other.json"));
    symlinkSync(path("other.json"), path("clients.json"));

    await expect(database({}, true).open()).rejects.toThrow(/clients\.json/);
  });
});

describe("is there a store at these options?", () => {
  const options = { name: "clients", subfolder: "hivemind-core" };

  test("yes for a plain and for an encrypted one, whatever the password", async () => {
    const { write } = hub();
    expect(await plugin.hasStore?.(options)).toBe(false);

    write("clients.ejson", "");
    expect(await plugin.hasStore?.(options)).toBe(true);
    expect(await plugin.hasStore?.({ ...options, password: "sixteen-byte-key" })).toBe(true);
    expect(await plugin.hasStore?.({ ...options, name: "other" })).toBe(false);
  });

  test("in the folder that they name, wherever that is", async () => {
    const { write, folder } = hub();
    write("clients.json", "{}");
    const elsewhere = { ...options, subfolder: "not-here" };

    expect(await plugin.hasStore?.(elsewhere)).toBe(false);
    expect(await plugin.hasStore?.({ ...elsewhere, folder })).toBe(true);
    expect(await plugin.options["~standard"].validate({ folder: "relative" })).toMatchObject({
      issues: [{ path: ["folder"] }],
    });
  });

  test("what cannot be told is an error", async () => {
    const { path } = hub();
    symlinkSync(path("clients.json"), path("clients.json"));

    await expect(plugin.hasStore?.(options)).rejects.toThrow("ELOOP");
  });
});

describe("passwords", () => {
  const encrypted = { name: "clients-encrypted" };

  test.each([
    ["a wrong one", { ...encrypted, password: "another-16-bytes" }, "wrong-key"],
    ["none for an encrypted store", encrypted, "no-key"],
    ["one for a plain store", { password: "sixteen-byte-key" }, "invalid"],
    ["a short one", { ...encrypted, password: "short" }, "invalid"],
  ])("%s", async (_name, options, code) => {
    const { database, snapshot } = hub("v2");
    const before = snapshot();

    const opening = database(options, true).open();

    await expect(opening).rejects.toMatchObject({ code });
    expect(snapshot()).toEqual(before);
  });

  test("a longer one is cut for a file that Python wrote, and says so", async () => {
    const { open, notices } = hub("v2");

    const db = await open({ ...encrypted, password: "sixteen-byte-key-and-more" });

    expect(await all(db)).toHaveLength(10);
    expect(notices).toMatchObject([{ code: "password-cut" }]);
    expect(notices[0]?.message).not.toContain("sixteen");
  });

  test("a longer one never makes a new store", async () => {
    const { database, snapshot } = hub();

    await expect(database({ password: "sixteen-byte-key-and-more" }, true).open()).rejects.toMatchObject({
      code: "invalid",
    });

    expect(snapshot().size).toBe(0);
  });

  test.each([
    ["no envelope", "{}"],
    ["no hex", '{"ciphertext": "zz", "tag": "00", "nonce": "00"}'],
    ["no JSON", "not json"],
  ])("an encrypted store with %s is corrupt", async (_name, content) => {
    const { database, write } = hub();
    write("clients.ejson", content);

    await expect(database({ password: "sixteen-byte-key" }).open()).rejects.toMatchObject({
      code: "corrupt",
    });
  });
});

const NOBODY = 65534;

test("an unreadable record whose key is no id is seen at the next call, as it comes and as it goes", async () => {
  const home = hub();
  const others = `"1": ${recordText(1, "key-1")}`;
  const stray = recordText(2, "key-2", { client_id: "x" });
  home.write("clients.json", `{${others}}`);
  home.write("clients.schema_version", "2");
  const db = await home.open();
  const answers: unknown[] = [];
  const ask = async (): Promise<unknown> => {
    const answer = db.authenticate({ accessKey: "key-2" }).then(
      (verdict): unknown => (verdict.allowed ? "allowed" : verdict.reason),
      (error: unknown) => (error as DbError).code,
    );
    answers.push(await answer);
    return answers;
  };
  await ask();
  await ask();

  home.write("clients.json", `{${others}, "x": ${stray}}`);
  await ask();
  home.write("clients.json", `{${others}, "y": ${stray}}`);
  await ask();
  home.write("clients.json", `{${others}}`);
  await ask();

  expect(answers).toEqual(["unknown-key", "unknown-key", "corrupt", "corrupt", "unknown-key"]);
});
