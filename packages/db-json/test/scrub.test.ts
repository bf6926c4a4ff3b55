/** After a rekey no file of the store holds a secret as it was, but for the copy of an upgrade, which is named. */
import { chmodSync } from "node:fs";
import { basename } from "node:path";
import { createDatabase } from "@hivemind/db-core";
import { expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { hub, recordText } from "./support/hub.ts";

const STORE = { name: "clients", subfolder: "hivemind-core" };
const seal = { key: "a1".repeat(32) };
const CANARY = "canary-of-a-password";

test("what a killed writer has left is gone after a rekey", async () => {
  const home = hub();
  home.write("clients.json", `{"1": ${recordText(1, "key", { password: CANARY })}}`);
  home.write("clients.schema_version", "2");
  home.write(".clients.json.0123456789ab.tmp", `{"1": {"password": "${CANARY}`);
  await using db = createDatabase(plugin, STORE, { seal });
  await db.open();

  const { clients, leftIn } = await db.rekey();

  expect({ clients, leftIn }).toEqual({ clients: 1, leftIn: [] });
  const files = [...home.snapshot()].map(([name, base64]) => [name, Buffer.from(base64, "base64")] as const);
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(([, bytes]) => bytes.includes(CANARY))).toEqual([]);
  expect(await db.secrets(1)).toMatchObject({ password: CANARY });
});

test("the copy from before an upgrade is named", async () => {
  const home = hub("v1");
  await using db = createDatabase(plugin, STORE, { seal });
  await db.open();

  const { clients, leftIn } = await db.rekey();

  expect(clients).toBeGreaterThan(0);
  expect(leftIn.length).toBe(1);
  expect(home.snapshot().has(String(leftIn[0]).split("/").at(-1) ?? "")).toBe(true);
});

test("a second copy, which has the time in its name, is named as the first one is", async () => {
  const home = hub("v1");
  home.write("clients.json.schema-1.bak", "{}");
  await using db = createDatabase(plugin, STORE, { seal });
  await db.open();
  await db.migrate();
  const copies = [...home.snapshot().keys()].filter((name) => name.includes(".schema-1.bak")).map(home.path);
  for (const copy of copies) chmodSync(copy, 0o604);
  const leftover = `.${basename(copies.at(-1) ?? "")}.0123456789ab.tmp`;
  home.write(leftover, CANARY);

  const findings = await Array.fromAsync(db.verify());
  const { leftIn } = await db.rekey();

  const about = (code: string): readonly string[] =>
    copies.filter((copy) => findings.some((it) => it.code === code && it.message.includes(`${copy} `)));
  expect(copies.length).toBe(2);
  expect(about("old-backup")).toEqual(copies);
  expect(about("readable-by-others")).toEqual(copies);
  expect(leftIn.toSorted()).toEqual(copies.toSorted());
  expect(home.snapshot().has(leftover)).toBe(false);
});
