import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Hub, hubWithClients } from "./support/hub.ts";
import { clientsText, contentOf } from "./support/many-clients.ts";
import type { SeenClient } from "./support/many-clients.ts";
import { runCli, runJson } from "./support/run-cli.ts";

const HEADER = "client_id,name,is_admin,access_key,password,crypto_key";

describe("export-clients", () => {
  it("writes the CSV of Python hubs into a folder, for its owner alone, without secrets", async () => {
    const hub = hubWithClients("v2");
    mkdirSync(join(hub.home, "out"));

    const outcome = await runCli(hub, ["export-clients", "--path", "out"]);

    const file = join(hub.home, "out/hivemind_clients.csv");
    const text = readFileSync(file, "utf8");
    expect(outcome).toMatchObject({ code: 0, stdout: "" });
    expect(outcome.stderr).toContain(file);
    expect(text.split("\n").slice(0, 3)).toEqual([
      HEADER,
      '"1","kitchen-satellite","False","","",""',
      '"2","admin console","True","","",""',
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("writes CSV to stdout, and JSON with --json", async () => {
    const hub = hubWithClients("v2");

    const csv = await runCli(hub, ["export-clients", "--show-secrets"]);
    const json = await runJson<object[]>(hub, ["export-clients", "--show-secrets", "--all"]);

    expect(csv.stdout).toContain(
      '"2","admin console","True","admin-console-key","correct horse battery staple",""',
    );
    expect(json).toEqual(await runJson(hub, ["list-clients", "--show-secrets"]));
    expect(await runCli(hub, ["export-clients", "--json", "--format", "csv"])).toMatchObject({ code: 2 });
  });

  it("lets no spreadsheet run a name, and import-clients reads the name as it was", async () => {
    const names = [
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      "\tx",
      "'=1",
      "a,b",
      'a "b" c',
      "two\nlines",
      "",
      "＝1",
      "'quoted'",
    ];
    const records = names.map((name, i) => [
      i + 1,
      { client_id: i + 1, api_key: `=key-${i}`, name, password: null },
    ]);
    const hub = new Hub()
      .withText("clients.json", JSON.stringify(Object.fromEntries(records)))
      .withText("clients.schema_version", "2");

    await runJson(hub, ["export-clients", "--path", "all.csv", "--show-secrets"]);
    const text = readFileSync(join(hub.home, "all.csv"), "utf8");
    const again = await runJson(hub, ["import-clients", "all.csv"]);
    const other = new Hub();
    await runJson(other, ["import-clients", join(hub.home, "all.csv")]);

    expect(text).not.toMatch(/(?:^|,)"?[=+\-@\t＝]/m);
    expect(again).toMatchObject({ clients: { added: 0, unchanged: names.length } });
    expect((await contentOf(other)).clients.map(({ client }) => client.name)).toEqual(names);
  });

  it("writes JSON from which every client comes back as it was, and the revoked stay revoked", async () => {
    const hub = new Hub().withText("clients.json", clientsText(60)).withText("clients.schema_version", "2");
    const other = new Hub();

    await runJson(hub, ["export-clients", "--path", "all.json", "--show-secrets", "--all"]);
    await runJson(other, ["import-clients", join(hub.home, "all.json")]);

    const [before, after] = [(await contentOf(hub)).clients, (await contentOf(other)).clients];
    expect(after.filter(isLiving)).toEqual(before.filter(isLiving));
    expect(after.map(({ client }) => client.revoked)).toEqual(before.map(({ client }) => client.revoked));
  });
});

function isLiving({ client }: SeenClient): boolean {
  return !client.revoked;
}
