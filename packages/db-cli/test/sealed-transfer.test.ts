/** Secrets that are copied into a sealed store are sealed there, whatever form they come in. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Hub } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";
import { configFor, MODULES } from "./support/stores.ts";

interface Shown {
  readonly secrets: object;
}

const newKey = (): string => randomBytes(32).toString("base64");
const PASSWORD = "canary-of a correct horse battery staple";
const NOTE = "canary-of a note";
const CLIENT = {
  name: "kitchen",
  secrets: { accessKey: "key-1", password: PASSWORD, cryptoKey: null, secretMetadata: { note: NOTE } },
};

const hubWith = (database: object): Hub =>
  new Hub().withConfig({ database: { module: MODULES.json, ...database } });

/** The files of the store that hold a secret as it is. */
function inTheClear({ dataFolder }: Hub): readonly string[] {
  return readdirSync(dataFolder).filter((name) =>
    readFileSync(join(dataFolder, name), "latin1").includes("canary"),
  );
}

async function shown(hub: Hub): Promise<object> {
  return (await runJson<Shown>(hub, ["show-client", "1", "--show-secrets"])).secrets;
}

it("sealed secrets travel sealed, through another backend and a backup, and open with the seal key", async () => {
  const hub = hubWith({ seal: { key: newKey() } });
  writeFileSync(join(hub.home, "in.json"), JSON.stringify([CLIENT]));
  await runJson(hub, ["import-clients", "in.json"]);

  expect(inTheClear(hub)).toEqual([]);
  const migrated = await runCli(hub, ["migrate-db", "--switch"]);
  await runJson(hub, ["backup", "all.ndjson"]);

  expect(migrated).toMatchObject({ code: 0, stderr: expect.not.stringContaining("rekey") });
  expect(await shown(hub)).toEqual(CLIENT.secrets);
  expect(inTheClear(hub)).toEqual([]);
  expect(readFileSync(join(hub.home, "all.ndjson"), "latin1")).not.toContain("canary");
});

it("a backup in clear text is sealed as it is restored, and what was exported is the same clients again", async () => {
  const [open, sealed] = [hubWith({}), hubWith({ seal: { key: newKey() } })];
  writeFileSync(join(open.home, "in.json"), JSON.stringify([CLIENT]));
  await runJson(open, ["import-clients", "in.json"]);
  const [backup, exported] = [join(open.home, "all.ndjson"), join(open.home, "out.json")];
  await runJson(open, ["backup", backup]);
  await runJson(open, ["export-clients", "--path", exported, "--show-secrets"]);
  expect(inTheClear(open)).not.toEqual([]);

  await runJson(sealed, ["restore", backup]);
  const again = await runJson(sealed, ["import-clients", exported]);

  expect(again).toMatchObject({ clients: { unchanged: 1, added: 0, replaced: 0 } });
  expect(await shown(sealed)).toEqual(CLIENT.secrets);
  expect(inTheClear(sealed)).toEqual([]);
});

it("secrets under a key that the config has not are refused before anything is written", async () => {
  const key = newKey();
  const hub = hubWith({ seal: { key } });
  writeFileSync(join(hub.home, "in.json"), JSON.stringify([CLIENT]));
  await runJson(hub, ["import-clients", "in.json"]);
  const backup = join(hub.home, "all.ndjson");
  await runJson(hub, ["backup", backup]);
  const other = hubWith({ seal: { key: newKey() } });

  const refused = await runCli(other, ["restore", backup]);

  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/nothing was written[^]*password of client 1[^]*previous/);
  expect(readdirSync(other.dataFolder)).toEqual([]);
  const next = hubWith({ seal: { key: newKey(), previous: [{ key }] } });
  await runJson(next, ["restore", backup]);
  expect(await shown(next)).toEqual(CLIENT.secrets);
});

it("sealed secrets do not get a new id, under which they would not open", async () => {
  const hub = hubWith({ seal: { key: newKey() } });
  writeFileSync(join(hub.home, "in.json"), JSON.stringify([CLIENT]));
  await runJson(hub, ["import-clients", "in.json"]);
  await runJson(hub, ["backup", "all.ndjson"]);
  const other = configFor(hub, "sqlite", "other", 0);

  const refused = await runCli(hub, ["import-clients", "all.ndjson", "--new-ids", "--config", other]);
  const again = await runJson(hub, ["import-clients", "in.json", "--new-ids"]);

  expect(refused).toMatchObject({ code: 5, stderr: expect.stringMatching(/client 1: .*sealed for the id/) });
  expect(again).toMatchObject({ clients: { unchanged: 1, added: 0 } });
});
