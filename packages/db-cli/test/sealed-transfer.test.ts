import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Hub } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";
import { MODULES } from "./support/stores.ts";

interface Shown {
  readonly secrets: { readonly password: string };
}

it("sealed secrets travel sealed, through another backend and a backup, and open with the seal key", async () => {
  const seal = { key: randomBytes(32).toString("base64") };
  const hub = new Hub().withConfig({ database: { module: MODULES.json, seal } });
  const password = "correct horse battery staple";
  await runJson(hub, ["add-client", "--password", password]);

  const migrated = await runCli(hub, ["migrate-db", "--switch"]);
  await runJson(hub, ["backup", "all.ndjson"]);
  const there = await runJson<Shown>(hub, ["show-client", "1", "--show-secrets"]);

  expect(migrated).toMatchObject({ code: 0 });
  expect(there.secrets.password).toBe(password);
  for (const file of [join(hub.dataFolder, "clients.db"), join(hub.home, "all.ndjson")])
    expect(readFileSync(file, "latin1")).not.toContain(password);
});

it("an import into a sealed store says that clear text stays so until it is sealed", async () => {
  const seal = { key: randomBytes(32).toString("base64") };
  const hub = new Hub().withConfig({ database: { module: MODULES.json, seal } });
  writeFileSync(join(hub.home, "a.csv"), "access_key,password\nkey-1,clear text\n");

  const imported = await runCli(hub, ["import-clients", "a.csv"]);

  expect(imported.code).toBe(0);
  expect(imported.stderr).toContain("hivemind-db rekey");
});
