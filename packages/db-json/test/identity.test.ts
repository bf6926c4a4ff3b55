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

  test("another store with clients in its place is not read and not written; the store comes back", async () => {
    const { open, path, database, folder, read } = hub();
    const db = await open({}, true);
    const { client } = await db.addClient({ accessKey: "key of the hive" });
    const other = await open({ name: "other" }, true);
    await other.addClient({ accessKey: "key of another hive" });
    await other.close();
    const place = (from: string, to: string): void => {
      // The own file first: whoever sees the clients of the other store can tell whose they are.
      for (const end of [".hivemind.json", ".json"]) renameSync(join(folder, from + end), path(to + end));
    };
    place("clients", "moved");
    place("other", "clients");
    const before = read("clients.json");

    for (const accessKey of ["key of the hive", "key of another hive"])
      await expect(db.authenticate({ accessKey })).rejects.toMatchObject({ code: "missing-store" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    expect(read("clients.json")).toBe(before);
    await expect(database().open()).resolves.toBeUndefined();

    place("clients", "other");
    place("moved", "clients");
    expect(await db.authenticate({ accessKey: "key of the hive" })).toMatchObject({
      allowed: true,
      client: { id: client.id },
    });
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
