/** What a writer that was cut off leaves behind, and what the next one makes of it. */
import { mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { createDatabase } from "@hivemind/db-core";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { all, hub } from "./support/hub.ts";

describe("an upgrade that was cut off before the marker", () => {
  test("keeps the one true backup, and still tells whose blacklist was dropped", async () => {
    const hive = hub("v1");
    const before = hive.read("clients.json");
    const first = await hive.open();
    await first.migrate();
    await first.close();
    hive.write("clients.schema_version", "1");

    const second = await hive.open();
    const report = await second.migrate();

    expect(report.droppedMessageBlacklist).toEqual([4]);
    expect(readdirSync(hive.folder).filter((name) => name.includes(".bak"))).toEqual([
      "clients.json.schema-1.bak",
    ]);
    expect(hive.read("clients.json.schema-1.bak")).toBe(before);
  });

  test("the backup is a finding, for it holds what was revoked since", async () => {
    const { open } = hub("v1");
    const db = await open();
    await db.revokeClient(4);

    const findings = await Array.fromAsync(db.verify());

    expect(findings.map(({ code }) => code)).toContain("old-backup");
  });
});

test("half-made files of a killed writer are found, and removed by the next; another store's are not", async () => {
  const { open, write, path, folder } = hub("v2");
  const ours = ["clients.json", "clients.hivemind.json", "clients.schema_version"].map(
    (n) => `.${n}.0123456789ab.tmp`,
  );
  const others = [".clients.json.json.0123456789ab.tmp", ".clients.json.tmp", ".other.json.0123456789ab.tmp"];
  for (const name of [...ours, ...others]) write(name, "half");
  const db = await open();
  const finding = (await Array.fromAsync(db.verify())).find(({ code }) => code === "leftover-file");
  for (const name of ours) expect(finding?.message).toContain(path(name));

  await db.addClient();

  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith(".tmp"))
      .toSorted(),
  ).toEqual(others.toSorted());
});

test("a linked marker stays a link, and what it leads to is kept right", async () => {
  const { open, path, folder } = hub("v1");
  mkdirSync(join(folder, "store"));
  renameSync(path("clients.json"), path("store/clients.json"));
  for (const name of ["clients.json", "clients.schema_version"]) symlinkSync(join("store", name), path(name));
  const db = await open();

  await db.addClient();

  expect(lstatSync(path("clients.schema_version")).isSymbolicLink()).toBe(true);
  expect(readFileSync(path("store/clients.schema_version"), "utf8")).toBe("2");
});

test("a listener for notices that throws fails no write", async () => {
  hub("v1");
  const db = createDatabase(
    plugin,
    { name: "clients", subfolder: "hivemind-core" },
    {
      onNotice: () => {
        throw new Error("in the listener");
      },
    },
  );
  await db.open();
  const warned = new Promise((resolve) => process.once("warning", resolve));

  const { client } = await db.addClient();

  expect(client.id).toBe(1001);
  expect(String(await warned)).toContain("onNotice threw Error");
  expect(await all(db)).toHaveLength(11);
  await db.close();
});

test("closing the backend waits for writes under way", async () => {
  const { dataHome, read } = hub("v2");
  expect(dataHome).not.toBe("");
  const backend = await plugin.open(
    { name: "clients", subfolder: "hivemind-core" },
    { create: false, onNotice: () => undefined },
  );
  const writing = backend.state.update("shared", "test/key", () => "value");

  await backend.close();

  expect(read("clients.hivemind.json")).toContain('"test/key": "value"');
  expect(await writing).toBe("value");
});
