import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { hubWithClients } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000];

describe.each(["v1", "v2"] as const)("the data folder of a Python hub, %s", (schema) => {
  it("is listed without a byte changed", async () => {
    const hub = hubWithClients(schema);
    const before = hub.snapshot();
    const { code, stdout, stderr } = await runCli(hub, ["list-clients", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).map(({ id }: { id: number }) => id)).toEqual(IDS);
    expect(stdout).toContain('"big_int":9007199254740993');
    expect(hub.snapshot()).toEqual(before);
  });

  it.each([["show-client", "5"], ["health"], ["print-config"], ["plugins"], ["list-clients", "--all"]])(
    "is left alone by %s",
    async (...args) => {
      const hub = hubWithClients(schema);
      const before = hub.snapshot();
      expect(await runCli(hub, args)).toMatchObject({ code: 0 });
      expect(hub.snapshot()).toEqual(before);
    },
  );

  it("takes another client, and keeps what was there", async () => {
    const hub = hubWithClients(schema);
    const before = hub.records();
    expect(await runJson(hub, ["add-client", "--name", "new"])).toMatchObject({ id: 1001 });
    expect(Object.keys(hub.records()).map(Number)).toEqual([...IDS, 1001]);
    expect(readFileSync(hub.clientsFile, "utf8")).toMatch(/"big_int": 9007199254740993,/);
    expect(hub.records()["6"]).toMatchObject({ site_id: "basement", locked: false });
    for (const id of IDS)
      expect(hub.records()[id]).toMatchObject(schema === "v2" ? (before[id] ?? {}) : { client_id: id });
    const listed = await runJson<unknown[]>(hub, ["list-clients"]);
    expect(listed).toHaveLength(11);
  });

  it("keeps a revocation over a restart", async () => {
    const hub = hubWithClients(schema);
    expect(await runCli(hub, ["delete-client", "4"])).toMatchObject({ code: 0, stdout: "" });
    const listed = await runJson<{ id: number }[]>(hub, ["list-clients"]);
    expect(listed.find(({ id }) => id === 4)).toMatchObject({ revoked: true, name: "" });
    expect(hub.records()["4"]).toMatchObject({ api_key: "revoked", password: null, crypto_key: null });
  });
});
