import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { children } from "./support/child.ts";
import { all, hub } from "./support/hub.ts";

const isRoot = process.geteuid?.() === 0;
const mode = (path: string): number => statSync(path).mode & 0o7777;

describe("who may read and write", () => {
  test("what we make is for its owner alone", async () => {
    const { open, dataHome, path, folder } = hub();
    rmSync(folder, { recursive: true });
    const db = await open({ subfolder: "deep/er" }, true);

    await db.addClient();
    await db.state("shared", "test").set("key", 1);

    const place = join(dataHome, "deep/er");
    expect([mode(join(dataHome, "deep")), mode(place)]).toEqual([0o700, 0o700]);
    for (const name of ["clients.json", "clients.lock", "clients.hivemind.json", "clients.schema_version"]) {
      expect([name, mode(join(place, name))]).toEqual([name, 0o600]);
    }
    expect(path("")).not.toBe(place);
  });

  test("an operator's mode is kept, and what we put beside it is not wider", async () => {
    const { open, path } = hub("v1");
    chmodSync(path("clients.json"), 0o664);
    const db = await open();

    await db.addClient();

    expect(mode(path("clients.json"))).toBe(0o664);
    for (const name of ["clients.json.schema-1.bak", "clients.hivemind.json", "clients.lock"]) {
      expect([name, mode(path(name))]).toEqual([name, 0o660]);
    }
  });

  test("a symlinked store is followed: the link stays, its target is replaced", async () => {
    const { open, path, dataHome } = hub("v2");
    const elsewhere = join(dataHome, "volume");
    mkdirSync(elsewhere);
    renameSync(path("clients.json"), join(elsewhere, "real.json"));
    symlinkSync("../volume/real.json", path("clients.json"));
    const db = await open();

    await db.addClient();
    await db.close();

    expect(readlinkSync(path("clients.json"))).toBe("../volume/real.json");
    expect(statSync(join(elsewhere, "real.lock")).isFile()).toBe(true);
    expect(await all(await open())).toHaveLength(11);
  });

  test.each([
    [0o644, 0o600],
    [0o640, 0o640],
    [0o664, 0o660],
  ])("beside a file of mode %o ours have %o", async (given, ours) => {
    const { open, path } = hub("v2");
    chmodSync(path("clients.json"), given);
    const db = await open();

    await db.addClient();

    expect(mode(path("clients.json"))).toBe(given);
    expect(mode(path("clients.hivemind.json"))).toBe(ours);
  });

  test("a link in the place of the lock is not followed", async () => {
    const { open, path, dataHome } = hub("v2");
    symlinkSync(join(dataHome, "elsewhere"), path("clients.lock"));
    const db = await open();

    await expect(db.addClient()).rejects.toMatchObject({ code: "refused" });

    expect(existsSync(join(dataHome, "elsewhere"))).toBe(false);
  });

  test.runIf(isRoot)("an owner whose file has a foreign group without rights can write it", async () => {
    const { path, folder, dataHome } = hub("v2");
    chmodSync(dataHome, 0o755);
    chownSync(folder, HUB, HUB);
    chownSync(path("clients.json"), HUB, 0);
    chmodSync(path("clients.json"), 0o600);

    expect(await children.tryAdd(dataHome, 1, HUB)).toEqual({ added: 1 });
  });

  test.runIf(isRoot)("as root, a hub's files stay the hub's, and so do new ones", async () => {
    const { open, path, folder, dataHome } = hub("v1");
    for (const file of [folder, path("clients.json")]) chownSync(file, HUB, HUB);
    const db = await open();
    await db.addClient();
    const fresh = await open({ name: "fresh" }, true);
    await fresh.addClient();

    const names = [
      "clients.json",
      "clients.lock",
      "clients.hivemind.json",
      "clients.schema_version",
      "fresh.json",
    ];
    for (const name of names) {
      const { uid, gid } = statSync(path(name));
      expect([name, uid, gid]).toEqual([name, HUB, HUB]);
    }
    chmodSync(dataHome, 0o755);
    expect(await children.tryAdd(dataHome, 1, HUB)).toEqual({ added: 1 });
  });

  test.runIf(isRoot)("a user who cannot keep the owner does not take the file away from it", async () => {
    const { path, folder, dataHome, snapshot } = hub("v2");
    chmodSync(dataHome, 0o755);
    chmodSync(folder, 0o777);
    chmodSync(path("clients.json"), 0o666);

    const outcome = await children.tryAdd(dataHome, 1, HUB);

    expect(outcome).toMatchObject({ added: 0, code: "read-only" });
    expect([...snapshot().keys()].filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(statSync(path("clients.json")).uid).toBe(0);
  });

  test.each([0o644, 0o640, 0o604])("a store of mode %o is a finding, and stays as it is", async (given) => {
    const { open, path } = hub("v2");
    chmodSync(path("clients.json"), given);
    const db = await open();

    const findings = await Array.fromAsync(db.verify({ repair: true }));

    expect(findings.map(({ code }) => code)).toContain("readable-by-others");
    expect(mode(path("clients.json"))).toBe(given);
  });
});

const HUB = 4242;
