import { describe, expect, it } from "vitest";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

describe("print-config", () => {
  it("prints the file with its passwords masked", async () => {
    const hub = new Hub().withOptions({ name: "clients", password: "sixteen-byte-key" });
    const { code, stdout, stderr } = await runCli(hub, ["print-config"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `From ${hub.configFile}:\n` });
    expect(JSON.parse(stdout)).toMatchObject({
      database: { module: "hivemind-json-db-plugin", "hivemind-json-db-plugin": { name: "clients" } },
    });
    expect(stdout).not.toContain("sixteen-byte-key");
  });

  it("prints passwords where they are asked for", async () => {
    const hub = new Hub().withOptions({ password: "sixteen-byte-key" });
    const { stdout } = await runCli(hub, ["print-config", "--show-secrets"]);
    expect(stdout).toContain('"password": "sixteen-byte-key"');
  });

  it("says that there is none", async () => {
    const hub = new Hub().withoutConfig();
    const { code, stdout, stderr } = await runCli(hub, ["print-config"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "{}\n" });
    expect(stderr).toBe(`There is no ${hub.configFile}: every option has its default.\n`);
  });

  it("gives scripts the path too", async () => {
    const hub = new Hub().withConfig({ agent_protocol: { module: "x" } });
    expect(await runJson(hub, ["print-config"])).toEqual({
      path: hub.configFile,
      exists: true,
      config: { agent_protocol: { module: "x" } },
    });
  });
});

describe("--config", () => {
  it("names another file, relative to the working folder, before and after the command", async () => {
    const hub = hubWithClients("v1").withText("other.json", "");
    writeFileSync(
      join(hub.home, "mine.json"),
      JSON.stringify({ database: { "@hivemind/db-json": { name: "x" }, module: "@hivemind/db-json" } }),
    );
    await runJson(hub, ["add-client", "--config", "mine.json"]);
    for (const args of [
      ["--config", "mine.json", "list-clients"],
      ["list-clients", "--config", "mine.json"],
    ]) {
      expect(await runJson(hub, args)).toHaveLength(1);
    }
    expect(await runJson(hub, ["list-clients"])).toHaveLength(10);
  });

  it("must name a file that exists", async () => {
    const outcome = await runCli(hubWithClients("v1"), [
      "--json",
      "list-clients",
      "--config",
      "nowhere.json",
    ]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome).message).toContain("there is no config file ");
  });
});

describe("plugins", () => {
  it("lists what is installed", async () => {
    const hub = new Hub();
    const { code, stdout } = await runCli(hub, ["plugins"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^NAME +VERSION +CAN +FOLDER +PROBLEM$/m);
    expect(stdout).toMatch(/^@hivemind\/db-json +\d+\.\d+\.\d+ +/m);
    expect(await runJson(hub, ["plugins"])).toContainEqual({
      name: "@hivemind/db-json",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      apiVersion: 1,
      capabilities: expect.objectContaining({ durability: true }),
      folder: expect.stringContaining("db-json"),
      problem: null,
    });
  });
});

describe("health", () => {
  it("is well", async () => {
    const hub = hubWithClients("v2");
    const { code, stdout } = await runCli(hub, ["health"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^healthy /);
    expect(await runJson(hub, ["health"])).toMatchObject({
      ok: true,
      code: null,
      backend: "@hivemind/db-json",
      location: hub.clientsFile,
      schema: 2,
    });
  });

  it("is not, and says why on stdout and by the exit code", async () => {
    const { code, stdout, stderr } = await runCli(new Hub(), ["health", "--json"]);
    expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      code: "missing-store",
      location: null,
      schema: null,
    });
  });
});
