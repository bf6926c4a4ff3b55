import { describe, expect, it } from "vitest";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "@hivemind/db-core";
import { exitCodeOf } from "../src/exit-codes.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli } from "./support/run-cli.ts";

const CASES: [string, number, () => Hub][] = [
  ["missing-store", 4, () => new Hub()],
  ["corrupt", 5, () => new Hub().withFile("synthetic/clients-truncated.json")],
  ["corrupt", 5, () => new Hub().withText("clients.json", "not JSON")],
  ["corrupt", 5, () => new Hub().withText("clients.json", "[]")],
  ["newer-schema", 5, () => hubWithClients("v2").withText("clients.schema_version", "3")],
  ["wrong-key", 5, () => encrypted("another-16-bytes")],
  ["not-installed", 6, () => new Hub().withOptions({}, "@hivemind/db-of-nobody")],
  ["not-a-plugin", 6, () => new Hub().withOptions({}, "not-a-plugin")],
  ["invalid", 2, () => new Hub().withOptions({ name: 5 })],
  ["invalid", 2, () => brokenConfig()],
];

describe("exit codes", () => {
  it.each(CASES)("%s ends with %i, and changes nothing", async (code, exitCode, make) => {
    const hub = make();
    installNotAPlugin(hub);
    const before = hub.snapshot();
    const scripts = await runCli(hub, ["list-clients", "--json"]);
    expect(scripts).toMatchObject({ code: exitCode, stdout: "" });
    expect(errorOf(scripts)).toEqual({ code, message: expect.any(String), clientIds: [] });
    const people = await runCli(hub, ["list-clients"]);
    expect(people).toMatchObject({ code: exitCode, stdout: "" });
    expect(people.stderr).toMatch(/^hivemind-db: /);
    expect(hub.snapshot()).toEqual(before);
  });

  it("has one for every error", () => {
    for (const code of ERROR_CODES) expect([1, 2, 3, 4, 5, 6]).toContain(exitCodeOf(code));
  });
});

function encrypted(password: string): Hub {
  return new Hub().withFile("v1/clients-encrypted.ejson", "clients.ejson").withOptions({ password });
}

function brokenConfig(): Hub {
  const hub = new Hub();
  writeFileSync(hub.configFile, "{");
  return hub;
}

/** A package beside the config, where plugins are looked for, that is none. */
function installNotAPlugin(hub: Hub): void {
  const folder = join(hub.configFile, "../node_modules/not-a-plugin");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "not-a-plugin", version: "1.0.0", main: "index.js" }),
  );
  writeFileSync(join(folder, "index.js"), "exports.no = 'plugin';");
}
