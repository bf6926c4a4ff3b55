import { describe, expect, it } from "vitest";
import { readFileSync, statSync } from "node:fs";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

const HEX_128 = /^[0-9a-f]{32}$/;

interface Added {
  readonly id: number;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly allowedTypes: readonly string[];
  readonly secrets: {
    readonly accessKey: string;
    readonly password: string | null;
    readonly cryptoKey: string | null;
    readonly secretMetadata: object;
  };
}

describe("add-client", () => {
  it("creates the store, private, and makes up name and credentials", async () => {
    const hub = new Hub();
    const added = await runJson<Added>(hub, ["add-client"]);
    expect(added).toEqual({
      id: 1,
      name: "HiveMind-Node-1",
      description: "",
      isAdmin: false,
      lastSeen: null,
      allowedTypes: [],
      canBroadcast: true,
      canEscalate: true,
      canPropagate: true,
      skillBlacklist: [],
      intentBlacklist: [],
      metadata: {},
      revoked: false,
      secrets: {
        accessKey: expect.stringMatching(HEX_128),
        password: expect.stringMatching(HEX_128),
        cryptoKey: null,
        secretMetadata: {},
      },
    });
    expect(added.secrets.accessKey).not.toBe(added.secrets.password);
    expect(statSync(hub.clientsFile).mode & 0o777).toBe(0o600);
  });

  it("stores everything that is given", async () => {
    const hub = hubWithClients("v2");
    const credentials = [
      "--access-key",
      "garden-key",
      "--password",
      "s3cret pass of mine",
      "--crypto-key",
      "0123456789abcdef",
    ];
    const metadata = '{"site_id":"garden","big":12345678901234567890,"one":1.0}';
    const rights = ["--admin", "True", "--allow", "speak", "recognizer_loop:utterance", "--allow", "a b"];
    await runJson(hub, [
      "add-client",
      "--name",
      "garden 🪴",
      ...credentials,
      ...rights,
      "--metadata",
      metadata,
    ]);
    expect(hub.records()["1001"]).toMatchObject({
      name: "garden 🪴",
      api_key: "garden-key",
      password: "s3cret pass of mine",
      crypto_key: "0123456789abcdef",
      is_admin: true,
      allowed_types: ["speak", "recognizer_loop:utterance", "a b"],
      metadata: { site_id: "garden" },
    });
    const text = readFileSync(hub.clientsFile, "utf8");
    expect(text).toContain('"big": 12345678901234567890');
    expect(text).toContain('"one": 1.0');
  });

  it("shows the new credentials to people once, and says what was done beside the data", async () => {
    const hub = new Hub();
    const { code, stdout, stderr } = await runCli(hub, [
      "add-client",
      "--name",
      "kitchen",
      "--allow",
      "speak",
    ]);
    expect(code).toBe(0);
    const { api_key: accessKey, password } = hub.records()["1"] ?? {};
    expect(stdout).toContain(`access key      ${String(accessKey)}\n`);
    expect(stdout).toContain(`password        ${String(password)}\n`);
    expect(stderr).toBe(
      `Made a new store at ${hub.clientsFile}\n` +
        "Added client 1. Its credentials are not shown again unless you ask for them.\n",
    );
  });

  it("says that it made a new store to scripts too, and says it once", async () => {
    const hub = new Hub();
    const made = await runCli(hub, ["add-client", "--json"]);
    expect(JSON.parse(made.stderr)).toEqual({
      notice: { code: "new-store", message: `Made a new store at ${hub.clientsFile}`, clientIds: [] },
    });
    expect(await runCli(hub, ["add-client", "--json"])).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(["v1", "v2"] as const)("takes a Python hub's store for no new one: %s", async (schema) => {
    const { code, stderr } = await runCli(hubWithClients(schema), ["add-client"]);
    expect(code).toBe(0);
    expect(stderr).toContain("Added client 1001.");
    expect(stderr).not.toContain("new store");
  });

  it("makes no store where nothing is added", async () => {
    const hub = new Hub();
    const before = hub.snapshot();
    const { code, stderr } = await runCli(hub, ["add-client", "--crypto-key", "short"]);
    expect(code).toBe(2);
    expect(stderr).not.toContain("new store");
    expect(hub.snapshot()).toEqual(before);
  });

  it("says that a client without types may send nothing", async () => {
    const { stderr } = await runCli(new Hub(), ["add-client"]);
    expect(stderr).toContain("It may send nothing: no type was given with --allow.\n");
  });

  it.each([
    ["False", false],
    ["on", true],
    ["0", false],
    ["Y", true],
  ])("takes --admin %s", async (value, isAdmin) => {
    expect(await runJson<Added>(new Hub(), ["add-client", "--admin", value])).toMatchObject({ isAdmin });
  });

  it.each([
    ["--admin without a sense", ["--admin", "maybe"]],
    ["--admin without a value", ["--admin"]],
    ["metadata that is no object", ["--metadata", "[1]"]],
    ["metadata that is no JSON", ["--metadata", "{'a': 1}"]],
    ["an argument too many", ["kitchen"]],
    ["two passwords", ["--password", "one", "--password-stdin"]],
  ])("refuses %s", async (_, args) => {
    const hub = new Hub();
    const before = hub.snapshot();
    const outcome = await runCli(hub, ["add-client", ...args, "--json"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome).code).toBe("usage");
    expect(hub.snapshot()).toEqual(before);
  });

  it.each([
    ["a crypto key of the wrong length", ["--crypto-key", "short"]],
    ["the key of the revoked", ["--access-key", "revoked"]],
    ["an empty access key", ["--access-key", ""]],
    ["an empty password", ["--password", ""]],
    ["metadata that has a field of its own", ["--metadata", '{"skill_blacklist": []}']],
  ])("refuses %s", async (_, args) => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const outcome = await runCli(hub, ["add-client", ...args, "--json"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome).code).toBe("invalid");
    expect(hub.snapshot()).toEqual(before);
  });

  it("refuses an access key that another client has, and names that client", async () => {
    const hub = hubWithClients("v1");
    const before = hub.records();
    const outcome = await runCli(hub, ["add-client", "--access-key", "guest-key", "--json"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome)).toMatchObject({ code: "duplicate-key", clientIds: [4] });
    expect(outcome.stderr).not.toContain("guest-key");
    expect(hub.records()).toEqual(before);
  });
});

describe("the secrets of add-client", () => {
  it.each([
    ["a line", "pipe secret of mine\n"],
    ["a Windows line", "pipe secret of mine\r\n"],
    ["no line end", "pipe secret of mine"],
  ])("come from stdin: %s", async (_, input) => {
    const added = await runJson<Added>(new Hub(), ["add-client", "--password-stdin"], { input });
    expect(added.secrets.password).toBe("pipe secret of mine");
  });

  it.each([
    ["nothing", ""],
    ["an empty line", "\n"],
    ["two lines", "one\ntwo\n"],
    ["what is no text", Uint8Array.of(0xff, 0xfe)],
  ])("do not come from stdin: %s", async (_, input) => {
    const outcome = await runCli(new Hub(), ["add-client", "--password-stdin", "--json"], { input });
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome).code).toBe("usage");
  });

  it("come from the environment", async () => {
    const env = {
      HIVEMIND_CLIENT_ACCESS_KEY: "key from env",
      HIVEMIND_CLIENT_PASSWORD: "password from the env",
      HIVEMIND_CLIENT_CRYPTO_KEY: "crypto-from-env!",
    };
    expect((await runJson<Added>(new Hub(), ["add-client"], { env })).secrets).toEqual({
      accessKey: "key from env",
      password: "password from the env",
      cryptoKey: "crypto-from-env!",
      secretMetadata: {},
    });
  });

  it("come from the command line before the environment, and an empty variable is none", async () => {
    const env = { HIVEMIND_CLIENT_ACCESS_KEY: "from-env", HIVEMIND_CLIENT_PASSWORD: "" };
    const { secrets } = await runJson<Added>(new Hub(), ["add-client", "--access-key", "from-argv"], { env });
    expect(secrets.accessKey).toBe("from-argv");
    expect(secrets.password).toMatch(HEX_128);
  });
});
