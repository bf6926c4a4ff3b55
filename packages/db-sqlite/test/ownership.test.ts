import {
  chmodSync,
  chownSync,
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
import { all, FIXTURE_PASSWORD, hub } from "./support/hub.ts";

const HUB = 4242;
const isRoot = process.geteuid?.() === 0;
const mode = (path: string): number => statSync(path).mode & 0o7777;

describe("who may read and write", () => {
  test.each([undefined, FIXTURE_PASSWORD])(
    "what we make is for its owner alone (password: %s)",
    async (password) => {
      const { open, dataHome, folder } = hub();
      rmSync(folder, { recursive: true });
      const db = await open({ subfolder: "deep/er", password }, true);

      await db.addClient();
      const place = join(dataHome, "deep/er");
      await db.backup(join(place, "copy.db"));

      expect([mode(join(dataHome, "deep")), mode(place)]).toEqual([0o700, 0o700]);
      for (const name of ["clients.db", "clients.db-wal", "clients.db-shm", "copy.db"]) {
        expect([name, mode(join(place, name))]).toEqual([name, 0o600]);
      }
    },
  );

  test("an operator's mode is kept, and what stands beside the store is not wider", async () => {
    const { open, path } = hub("v1");
    chmodSync(path(), 0o664);
    const db = await open();

    await db.touch(2, 1);

    for (const name of ["clients.db", "clients.db-wal", "clients.db-shm"]) {
      expect([name, mode(path(name))]).toEqual([name, 0o664]);
    }
    expect(mode(path("clients.db.schema-1.bak"))).toBe(0o660);
  });

  test("a symlinked store is followed: the link stays, its target is written", async () => {
    const { open, path, dataHome } = hub("v2");
    const elsewhere = join(dataHome, "volume");
    mkdirSync(elsewhere);
    renameSync(path(), join(elsewhere, "real.db"));
    symlinkSync("../volume/real.db", path());
    const db = await open();

    await db.addClient();
    expect(statSync(join(elsewhere, "real.db-wal")).isFile()).toBe(true);
    await db.close();

    expect(readlinkSync(path())).toBe("../volume/real.db");
    expect(await all(await open())).toHaveLength(11);
  });

  test.runIf(isRoot)("as root, a hub's files stay the hub's, and so do new ones", async () => {
    const { open, path, folder, dataHome } = hub("v1");
    for (const file of [folder, path()]) chownSync(file, HUB, HUB);
    const db = await open();
    await db.addClient();
    const fresh = await open({ name: "fresh" }, true);
    await fresh.addClient();

    const beside = ["clients.db", "clients.db-wal", "clients.db-shm", "clients.db.schema-1.bak"];
    for (const name of [...beside, "fresh.db", "fresh.db-wal", "fresh.db-shm"]) {
      const { uid, gid } = statSync(path(name));
      expect([name, uid, gid]).toEqual([name, HUB, HUB]);
    }
    chmodSync(dataHome, 0o755);
    expect(await children.tryAdd(dataHome, 1, HUB)).toEqual({ added: 1 });
  });
});
