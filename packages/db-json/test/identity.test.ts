import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { all, fixture, hub, recordText } from "./support/hub.ts";

describe("a missing store is not an empty one", () => {
  test("a link into a volume that is not mounted is no invitation to make a store there", async () => {
    const { database, path, dataHome, snapshot } = hub();
    mkdirSync(join(dataHome, "mount-point"));
    symlinkSync(join(dataHome, "mount-point/hub/clients.json"), path("clients.json"));

    await expect(database({}, true).open()).rejects.toMatchObject({ code: "missing-store" });

    unlinkSync(path("clients.json"));
    expect(snapshot().size).toBe(0);
  });

  test("an empty file in the place of the store of a running node", async () => {
    const { open, write, path, read } = hub("v2");
    const db = await open({}, true);
    await db.addClient();
    rmSync(path("clients.hivemind.json"));
    write("clients.json", "{}");

    await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({
      code: "missing-store",
    });
    await expect(all(db)).rejects.toMatchObject({ code: "missing-store" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    expect(read("clients.json")).toBe("{}");
  });

  test("another store in the place of the one that a running node has opened", async () => {
    const { open, path, database, folder } = hub();
    const db = await open({}, true);
    await db.addClient();
    const other = database({ name: "other" }, true);
    await other.open();
    await other.state("shared", "test").set("key", 1);
    await other.close();

    for (const name of ["clients.json", "clients.hivemind.json"]) {
      renameSync(join(folder, name.replace("clients", "other")), path(name));
    }

    await expect(all(db)).rejects.toMatchObject({ code: "missing-store" });
  });

  test("a store whose only record is bad is damaged, not absent", async () => {
    const { database, write } = hub();
    write("clients.json", `{"1": ${recordText(1, "k").replace('"metadata":{}', '"metadata":{"a":NaN}')}}`);

    await expect(database().open()).rejects.toMatchObject({ code: "corrupt" });
  });

  test("without its password an encrypted store does not give way to a plain one beside it", async () => {
    const { database, write, snapshot } = hub("v2");
    write("clients.ejson", fixture("v2/clients-encrypted.ejson"));
    const before = snapshot();

    await expect(database({}, true).open()).rejects.toMatchObject({ code: "no-key" });

    expect(snapshot()).toEqual(before);
  });
});
