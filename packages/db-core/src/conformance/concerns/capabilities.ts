/** What a backend says that it can do, it can do; what it does not say is refused. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failsWith } from "../bed/failures.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { API_VERSION } from "../../backend/contract.ts";

export function capabilities({ plugin, test }: TestBed): void {
  test("the plugin can be recognised", async () => {
    const { apiVersion, name, capabilities: declared, options, secretOptions } = plugin;

    assert.equal(apiVersion, API_VERSION);
    assert.match(name, /^(?:@[\w.-]+\/)?[\w.-]+/);
    assert.deepEqual(Object.keys(declared).toSorted(), ["backup", "durability", "encryption", "multiNode"]);
    for (const value of Object.values(declared)) assert.equal(typeof value, "boolean");
    assert.equal(options["~standard"].version, 1);
    assert.ok(secretOptions.every((option) => typeof option === "string"));
    if (declared.encryption)
      assert.ok(secretOptions.includes("password"), "the password of the store is no secret");
  });

  test("options that are none are refused with a reason", async () => {
    const { issues = [] } = await plugin.options["~standard"].validate(17);

    assert.notEqual(issues.length, 0);
    for (const { message } of issues) assert.match(message, /./);
  });

  test("a store that is well says so", async (store) => {
    const db = await store.open();
    await db.addClient();

    const { ok, message } = await db.health();

    assert.equal(ok, true);
    assert.match(message, /./);
    assert.match(db.info().location, /./);
  });

  test("migrate is refused exactly where the backend has none", async (store) => {
    const db = await store.open();
    await db.addClient();
    const isMissing = (await store.backend()).migrate === undefined;

    if (isMissing) await failsWith("unsupported", db.migrate());
    else assert.equal((await db.migrate()).to, 2);
  });

  if (plugin.capabilities.backup) {
    test("a backup is a private copy of the store as it was", async (store) => {
      const folder = await mkdtemp(join(tmpdir(), "hivemind-conformance-"));
      try {
        const db = await store.open();
        const { client } = await db.addClient({ name: "before" });
        await db.state("shared", "test").set("key", "before");

        await db.backup(join(folder, "copy"));

        await db.updateClient(1, { name: "after" });
        await db.addClient();
        const copy = await store.openCopy(join(folder, "copy"));
        assert.deepEqual(await copy.getClient(1), client);
        assert.equal(await copy.getClient(2), undefined);
        assert.equal(await copy.state("shared", "test").get("key"), "before");
        await copy.close();
        for (const name of await readdir(folder)) {
          const { mode } = await stat(join(folder, name));
          // Windows has no such bits.
          const others = process.platform === "win32" ? 0 : mode & 0o077;
          assert.equal(others, 0, `others can read ${name}`);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  } else {
    test("without the capability, a backup is refused", async (store) => {
      const db = await store.open();
      await db.addClient();

      await failsWith("unsupported", db.backup("/nowhere/copy"));

      assert.equal("backup" in (await store.backend()), false);
    });
  }
}
