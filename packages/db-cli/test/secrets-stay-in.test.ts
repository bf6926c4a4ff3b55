import { describe, expect, it } from "vitest";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Hub, hubWithClients } from "./support/hub.ts";
import { MAIN, runCli } from "./support/run-cli.ts";
import { runHere } from "./support/run-here.ts";

const CANARY = "canary-7f3a";
const SECRETS = {
  accessKey: `${CANARY}-access-key`,
  password: `${CANARY}-password of the hub`,
  cryptoKey: `${CANARY}-cryp`,
};
const STORE_PASSWORD = `${CANARY}-stor`;

/** A hub that has a client with canaries for secrets, in a store whose password is one. */
async function hubWithCanary(): Promise<Hub> {
  const hub = new Hub().withOptions({ password: STORE_PASSWORD });
  canaries ??= filesOfNewStore();
  for (const [name, bytes] of await canaries) writeFileSync(join(hub.dataFolder, name), bytes);
  return hub;
}

let canaries: Promise<ReadonlyMap<string, Buffer>> | undefined;

/** Made once: it takes a process. */
async function filesOfNewStore(): Promise<ReadonlyMap<string, Buffer>> {
  const hub = new Hub().withOptions({ password: STORE_PASSWORD });
  const { accessKey, password, cryptoKey } = SECRETS;
  const credentials = ["--access-key", accessKey, "--password", password, "--crypto-key", cryptoKey];
  const added = await runCli(hub, ["add-client", "--name", "bird", ...credentials]);
  if (added.code !== 0) throw new Error(added.stderr);
  const names = readdirSync(hub.dataFolder);
  return new Map(names.map((name) => [name, readFileSync(join(hub.dataFolder, name))]));
}

describe("no secret is shown", () => {
  const commands = [
    ["list-clients"],
    ["list-clients", "--all"],
    ["show-client", "1"],
    ["show-client", SECRETS.accessKey],
    ["show-client", "1", SECRETS.password],
    ["delete-client", "1"],
    ["delete-client", SECRETS.accessKey],
    ["print-config"],
    ["plugins"],
    ["health"],
    ["doctor"],
    ["check-access", SECRETS.accessKey, "speak"],
    ["policy", "test", SECRETS.password, "speak"],
    ["allow-msg", "speak", SECRETS.accessKey],
    ["rotate-key", "--access-key", SECRETS.accessKey],
    ["rotate-password", "1", "--password", SECRETS.password],
    ["rotate-password", SECRETS.accessKey],
    ["init", "--backend", SECRETS.password],
    ["init", "--backend", "redis", "--yes", "--option", `password=${SECRETS.password}`, "--option", "port=x"],
    ["init", "--backend", "json", "--option", SECRETS.password],
    ["add-client", "--access-key", SECRETS.accessKey],
    ["add-client", "--crypto-key", SECRETS.password],
    ["add-client", "--password", SECRETS.password, "--admin", "perhaps"],
    ["add-client", "--password", SECRETS.password, "--metadata", `{"token": "${CANARY}"`],
    ["add-client", "--metadata", `"${CANARY}"`],
    ["add-client", "--pasword", SECRETS.password],
    ["add-client", `--pasword=${SECRETS.password}`],
    ["add-client", `--pasword=it's ${SECRETS.password}'\n(Did you mean ${SECRETS.password}?)`],
    ["add-client", `-p${SECRETS.password}`],
    ["add-client", "--password", "my", SECRETS.password],
    ["--password", SECRETS.password, "add-client"],
    [`--password=${SECRETS.password}`, "add-client"],
    ["add-client", "--password", SECRETS.password, "--password-stdin"],
    ["add-client", "--admin", SECRETS.password],
    [SECRETS.password],
    [`it's ${SECRETS.password}`],
    ["--config", "x.json", SECRETS.password, "add-client"],
    ["add-client", `--pasword${SECRETS.password}`],
  ];

  // A title is in the reports: not even there.
  const titled = commands.map((args) => ({ args, title: args.join(" ").replaceAll(CANARY, "***") }));

  it.each(titled)("by $title", async ({ args }) => {
    const hub = await hubWithCanary();
    for (const more of [[], ["--json"]]) {
      const { stdout, stderr } = await runHere(hub, [...args, ...more]);
      expect(stdout + stderr).not.toContain(CANARY);
      expect(stdout + stderr).not.toBe("");
    }
  });

  it.each([
    ["truncated", (text: string) => text.slice(0, -40)],
    ["no JSON", (text: string) => text.replaceAll(":", "=")],
    ["of wrong types", (text: string) => text.replace(/"api_key": ("[^"]*")/, '"api_key": [$1]')],
    [
      "with a constant of Python's",
      (text: string) => text.replace('"metadata": {}', '"metadata": {"a": NaN}'),
    ],
  ])("where the store is %s", async (_, damage) => {
    const hub = hubWithClients("v2");
    await runCli(hub, ["add-client", "--access-key", SECRETS.accessKey, "--password", SECRETS.password]);
    writeFileSync(hub.clientsFile, damage(readFileSync(hub.clientsFile, "utf8")));
    for (const args of [
      ["list-clients"],
      ["show-client", "1001"],
      ["show-client", "1"],
      ["health"],
      ["delete-client", "1"],
    ]) {
      const { stdout, stderr } = await runHere(hub, args);
      expect(stdout + stderr).not.toContain(CANARY);
      expect(stdout + stderr).not.toContain("5ae486f7f1c26bd4645bd052e4af3ea3");
    }
  });

  it.each([
    ["another", { password: "another-16-bytes" }],
    ["none", {}],
  ])("where the store's password is %s", async (_, options) => {
    const hub = (await hubWithCanary()).withOptions(options);
    const { code, stdout, stderr } = await runCli(hub, ["list-clients"]);
    expect(code).toBeGreaterThan(1);
    expect(stdout + stderr).not.toContain(CANARY);
  });

  it("where the config is damaged", async () => {
    const hub = await hubWithCanary();
    writeFileSync(hub.configFile, readFileSync(hub.configFile, "utf8").replace(/\}\s*$/, ""));
    const { code, stderr } = await runCli(hub, ["print-config"]);
    expect(code).toBe(2);
    expect(stderr).not.toContain(CANARY);
  });
});

describe.runIf(process.platform === "linux")("the command line", () => {
  it("no longer shows the secrets that were given on it", async () => {
    const hub = new Hub();
    const seen = join(hub.home, "seen");
    const record = `data:text/javascript,import { readdirSync, readFileSync, writeFileSync } from "node:fs";
      process.on("exit", () => writeFileSync(process.env.SEEN, readFileSync("/proc/self/cmdline")));`;
    const env = { SEEN: seen, NODE_OPTIONS: `--import ${JSON.stringify(record.replaceAll(/\s+/g, "%20"))}` };
    const args = ["add-client", "--password", SECRETS.password, `--access-key=${SECRETS.accessKey}`];
    expect(await runCli(hub, args, { env })).toMatchObject({ code: 0 });
    const commandLine = readFileSync(seen, "utf8");
    expect(commandLine).toMatch(/^hivemind-db\0/);
    expect(commandLine).not.toContain(CANARY);
    expect(commandLine).not.toContain(MAIN);
  });
});
