import { describe, expect, it } from "vitest";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

interface Listed {
  readonly id: number;
  readonly revoked: boolean;
  readonly secrets?: { readonly accessKey: string } | null;
}

describe("list-clients", () => {
  it("shows the living in a table, and says how many are not in it", async () => {
    const { code, stdout, stderr } = await runCli(hubWithClients("v1"), ["list-clients"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID +NAME +LAST SEEN +RIGHTS +MAY SEND$/);
    expect(lines[1]).toMatch(
      /^1 +kitchen-satellite +2025-08-15 13:28:56Z +broadcast escalate propagate +recognizer_loop:utterance, recognizer_loop:record_begin and 1 more$/,
    );
    expect(lines.slice(1).map((line) => Number(/^\d+/.exec(line)?.[0]))).toEqual([
      1, 2, 3, 4, 5, 6, 8, 9, 1000,
    ]);
    expect(stderr).toBe("1 revoked: see them with --all.\n");
  });

  it("shows the revoked with --all", async () => {
    const { stdout, stderr } = await runCli(hubWithClients("v1"), ["list-clients", "--all"]);
    expect(stdout).toMatch(/^7 +\(revoked\)$/m);
    expect(stderr).toBe("");
  });

  it("gives every record with --json, without secrets", async () => {
    const clients = await runJson<Listed[]>(hubWithClients("v2"), ["list-clients"]);
    expect(clients).toHaveLength(10);
    expect(clients.filter(({ revoked }) => revoked).map(({ id }) => id)).toEqual([7]);
    expect(clients.some((client) => "secrets" in client)).toBe(false);
  });

  it("gives the secrets where they are asked for", async () => {
    const hub = hubWithClients("v2");
    const clients = await runJson<Listed[]>(hub, ["list-clients", "--show-secrets"]);
    expect(clients.find(({ id }) => id === 1)?.secrets).toEqual({
      accessKey: "42caf3d2405075fb9e7a4e1ff44e4c4f",
      password: "5ae486f7f1c26bd4645bd052e4af3ea3",
      cryptoKey: "f46351c54f61a715",
      secretMetadata: {},
    });
    expect(clients.find(({ id }) => id === 7)?.secrets).toBeNull();
    const { stdout } = await runCli(hub, ["list-clients", "--show-secrets"]);
    expect(stdout).toMatch(/^2 .* admin-console-key +correct horse battery staple$/m);
  });

  it("says that there are none", async () => {
    const dead = { 1: { client_id: 1, api_key: "revoked" }, 2: { client_id: 2, api_key: "revoked" } };
    const hub = new Hub().withText("clients.json", JSON.stringify(dead));
    expect(await runCli(hub, ["list-clients"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "No clients.\n2 revoked: see them with --all.\n",
    });
  });

  it("lists the others where a record is bad, and names it on stderr", async () => {
    const hub = new Hub().withFile("synthetic/clients-one-bad-record.json");
    const before = hub.snapshot();
    const people = await runCli(hub, ["list-clients"]);
    expect(people).toMatchObject({ code: 0, stderr: expect.stringContaining("note: ") });
    const scripts = await runCli(hub, ["list-clients", "--json"]);
    expect(JSON.parse(scripts.stdout).length).toBeGreaterThan(0);
    const notices = scripts.stderr.trimEnd().split("\n");
    for (const notice of notices)
      expect(JSON.parse(notice)).toMatchObject({ notice: { code: "bad-record" } });
    expect(hub.snapshot()).toEqual(before);
  });
});

describe("show-client", () => {
  it("shows everything but secrets", async () => {
    const { code, stdout } = await runCli(hubWithClients("v1"), ["show-client", "4"]);
    expect(code).toBe(0);
    expect(stdout).toContain("may escalate    no\n");
    expect(stdout).toContain(
      "skills denied   skill-homeassistant.openvoiceos\n                skill-camera\n",
    );
    expect(stdout).toContain("intents denied  HomeAssistant.DeviceControllerIntent\n");
    expect(stdout).not.toMatch(/access key|password|crypto key/);
  });

  it("shows metadata digit for digit", async () => {
    const { stdout } = await runCli(hubWithClients("v1"), ["show-client", "5"]);
    expect(stdout).toContain('"big_int": 9007199254740993,');
  });

  it("shows secrets where they are asked for", async () => {
    const hub = hubWithClients("v1");
    const { stdout } = await runCli(hub, ["show-client", "--show-secrets", "1"]);
    expect(stdout).toContain("password        5ae486f7f1c26bd4645bd052e4af3ea3\n");
    expect(await runJson(hub, ["show-client", "6", "--show-secrets"])).toMatchObject({
      metadata: { site_id: "basement", locked: false },
      secrets: { accessKey: "twitch-bridge", password: null, cryptoKey: null },
    });
  });

  it("shows a revoked client as such", async () => {
    const hub = hubWithClients("v1");
    expect((await runCli(hub, ["show-client", "7"])).stdout).toBe("id     7\nstate  revoked\n");
    expect(await runJson(hub, ["show-client", "7"])).toMatchObject({
      id: 7,
      revoked: true,
      allowedTypes: expect.any(Array),
    });
  });

  it("escapes a description that would act on the terminal", async () => {
    const { stdout } = await runCli(hubWithClients("v1"), ["show-client", "3"]);
    expect(stdout).toContain("Säule Ümläut 東京 🐝\n");
    expect(stdout).toContain(String.raw`\u202eRTL\u202c, quotes "'${"`"}, backslash \\ and newline\nhere`);
  });

  it("fails for an unknown client", async () => {
    const outcome = await runCli(hubWithClients("v1"), ["show-client", "77", "--json"]);
    expect(outcome).toMatchObject({ code: 3, stdout: "" });
    expect(errorOf(outcome)).toMatchObject({ code: "no-such-client", clientIds: [77] });
  });
});

describe("delete-client", () => {
  it("revokes, and says so once", async () => {
    const hub = hubWithClients("v2");
    expect(await runCli(hub, ["delete-client", "4"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "Revoked client 4 (guest tablet).\n",
    });
    const after = hub.snapshot();
    expect(await runCli(hub, ["delete-client", "4"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "Client 4 was revoked already.\n",
    });
    expect(hub.snapshot()).toEqual(after);
  });

  it("tells of the upgrade that comes with the first write to a schema-1 store", async () => {
    const { code, stderr } = await runCli(hubWithClients("v1"), ["delete-client", "4", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stderr)).toMatchObject({ notice: { code: "migrated" } });
  });

  it("tells scripts whether anything changed", async () => {
    const hub = hubWithClients("v2");
    expect(await runJson(hub, ["delete-client", "8"])).toMatchObject({ id: 8, revoked: true, changed: true });
    expect(await runJson(hub, ["delete-client", "8"])).toMatchObject({
      id: 8,
      revoked: true,
      changed: false,
    });
  });

  it("fails for an unknown client", async () => {
    const hub = hubWithClients("v1");
    const before = hub.snapshot();
    const { code, stderr } = await runCli(hub, ["delete-client", "77"]);
    expect(code).toBe(3);
    expect(stderr).toBe("hivemind-db: there is no client 77: see `hivemind-db list-clients --all`\n");
    expect(hub.snapshot()).toEqual(before);
  });
});
