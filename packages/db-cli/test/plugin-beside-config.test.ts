/** A backend of somebody else's: its own secrets, its own bugs. */
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Hub } from "./support/hub.ts";
import { leaksOnPurpose } from "../../../tooling/checks/src/canary/watch.ts";
import { errorOf, runCli } from "./support/run-cli.ts";

const NAME = "@example/db-log";
const CANARY = "canary-7f3a";
// HIVEMIND_DB_DEBUG asks for what an internal error says.
leaksOnPurpose(/^stderr of node main\.js list-clients$/);

/** A hub with a backend beside its config. `open`: the body of the plugin's function. */
function hubWithPlugin(open: string): Hub {
  const hub = new Hub().withOptions({ zugangswort: CANARY, inner: { losung: CANARY }, path: "a" }, NAME);
  const folder = join(hub.configFile, "../node_modules", NAME);
  mkdirSync(folder, { recursive: true });
  const manifest = { name: NAME, version: "1.0.0", "hivemind-db": { api: 1, plugin: "./plugin.mjs" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    join(folder, "plugin.mjs"),
    `class StoreBug extends TypeError {}
export default {
  apiVersion: 1,
  name: ${JSON.stringify(NAME)},
  capabilities: { encryption: false, multiNode: false, durability: false, backup: false },
  options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } },
  secretOptions: ["zugangswort", "inner.losung"],
  open: async function openStore(options) { ${open} },
};`,
  );
  return hub;
}

describe("print-config", () => {
  it("masks what the backend calls a secret, and nothing else would", async () => {
    const hub = hubWithPlugin("");
    for (const json of [[], ["--json"]]) {
      const { code, stdout } = await runCli(hub, ["print-config", ...json]);
      expect(code).toBe(0);
      expect(stdout).not.toContain(CANARY);
      expect(stdout).toContain('"zugangswort": "********"');
      expect(stdout).toContain('"path": "a"');
    }
    expect((await runCli(hub, ["print-config", "--show-secrets"])).stdout).toContain(CANARY);
  });
});

describe("an error that no backend should throw", () => {
  it.each([
    ["of a class of its own", "throw new StoreBug(`cannot put ${options.zugangswort}`);", "StoreBug"],
    ["of several lines", "throw new Error(`x\\n    at ${options.zugangswort} (/a:1:1)`);", "Error"],
    [
      "whose message was changed",
      "const e = new Error(options.zugangswort); e.message = 'other'; throw e;",
      "Error",
    ],
    [
      "with a code",
      "throw Object.assign(new Error(options.zugangswort), { code: 'ERR_EXAMPLE' });",
      "Error ERR_EXAMPLE",
    ],
    [
      "with a name and a code of the options",
      "throw Object.assign(new Error(), { name: options.zugangswort, code: options.zugangswort });",
      "Error",
    ],
    ["that is a text", "throw options.zugangswort;", "a thrown string"],
  ])("shows no value: %s", async (_, open, shown) => {
    const hub = hubWithPlugin(open);
    const { code, stdout, stderr } = await runCli(hub, ["list-clients"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^hivemind-db: internal error: ${shown}\\. Please report it`));
    expect(stderr).not.toContain(CANARY);
    const scripts = await runCli(hub, ["list-clients", "--json"]);
    expect(errorOf(scripts).code).toBe("internal");
    expect(scripts.stderr).not.toContain(CANARY);
  });

  it("shows where it happened", async () => {
    const hub = hubWithPlugin("throw new StoreBug(options.zugangswort);");
    const { stderr } = await runCli(hub, ["list-clients"]);
    expect(stderr).toMatch(/\n {4}at [^\n]*openStore [^\n]*plugin\.mjs:\d+:\d+\)\n/);
  });

  it("shows its message where that is asked for", async () => {
    const hub = hubWithPlugin("throw new StoreBug(options.zugangswort);");
    const { stderr } = await runCli(hub, ["list-clients"], { env: { HIVEMIND_DB_DEBUG: "1" } });
    expect(stderr).toContain(CANARY);
  });
});

describe.runIf(process.geteuid?.() === 0)("a backend that the hub's user put beside the config", () => {
  it("does not run as root, and root reads what to do", async () => {
    const planted = `(await import("node:fs")).writeFileSync(new URL("ran", import.meta.url), "");`;
    const hub = hubWithPlugin(planted);
    const nodeModules = join(hub.configFile, "../node_modules");
    chownSync(nodeModules, 65534, 65534);

    const { code, stderr } = await runCli(hub, ["list-clients"]);

    expect(code).toBe(6);
    expect(stderr).toContain(
      `Not looked in: ${nodeModules}, because this runs as root, and ${nodeModules} is user 65534's`,
    );
    expect(stderr).toContain("sudo -u '#65534' ...");
    const listed = await runCli(hub, ["plugins"]);
    expect(listed.code).toBe(0);
    expect(listed.stdout).not.toContain(NAME);
    expect(existsSync(join(nodeModules, NAME, "ran"))).toBe(false);
  });
});
