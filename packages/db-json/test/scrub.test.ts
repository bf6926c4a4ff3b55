/** After a rekey no file of the store holds a secret as it was, but for the copy of an upgrade, which is named. */
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
