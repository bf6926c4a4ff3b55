import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { passwordBits } from "../src/passwords/password-bits.ts";
import { hubWithClients } from "./support/hub.ts";
import type { Hub } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

const OLD_KEY = "42caf3d2405075fb9e7a4e1ff44e4c4f";
const HEX_128 = /^[\da-f]{32}$/;

interface Rotated {
  readonly secrets: { readonly accessKey?: string; readonly password?: string } | null;
}

describe("rotate-key", () => {
  it("makes the old key worthless and the new one good", async () => {
    const hub = hubWithClients("v2");
    const { secrets } = await runJson<Rotated>(hub, ["rotate-key", "1"]);
    expect(secrets?.accessKey).toMatch(HEX_128);
    expect(await runCli(hub, ["check-access", OLD_KEY])).toMatchObject({ code: 7 });
    expect(await runCli(hub, ["check-access", secrets?.accessKey ?? ""])).toMatchObject({ code: 0 });
  });

  it("shows the new key to people, once", async () => {
    const { stdout, stderr } = await runCli(hubWithClients("v2"), ["rotate-key", "1"]);
    expect(stdout).toMatch(/^id +1\nname +kitchen-satellite\naccess key +[\da-f]{32}\n$/);
    expect(stderr).toContain("It is not shown again");
  });

  it("refuses another client's key", async () => {
    const hub = hubWithClients("v2");
    const before = hub.records();
    const outcome = await runCli(hub, ["rotate-key", "4", "--access-key", OLD_KEY, "--json"]);
    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({ code: "duplicate-key", clientIds: [1] });
    expect(hub.records()).toEqual(before);
  });
});

describe("rotate-password", () => {
  it("makes one up, and shows it", async () => {
    const hub = hubWithClients("v2");
    const { secrets } = await runJson<Rotated>(hub, ["rotate-password", "1"]);
    expect(secrets?.password).toMatch(HEX_128);
    expect(await passwordOf(hub)).toBe(secrets?.password);
  });

  it("takes a given one, and does not show it", async () => {
    const hub = hubWithClients("v2");
    const password = "three long words and a number 47";
    const { code, stdout, stderr } = await runCli(hub, ["rotate-password", "1", "--password-stdin"], {
      input: password,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: "Changed the password of client 1 (kitchen-satellite).\n",
    });
    expect(await passwordOf(hub)).toBe(password);
  });
});

describe("a password that can be guessed", () => {
  it.each([
    ["rotate-password", "1", "--password", "hunter2"],
    ["rotate-password", "1", "--password", "kitchen-satellite1"],
    ["add-client", "--name", "garden", "--password", "garden2026"],
  ])("is refused by %s %s %s %s", async (...args) => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const { code, stderr } = await runCli(hub, args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/too easy to guess: about \d+ bits, and min_password_bits asks for 40/);
    expect(hub.snapshot()).toEqual(before);
  });

  it("is taken where the operator insists", async () => {
    const hub = hubWithClients("v2");
    const args = ["rotate-password", "1", "--password", "hunter2", "--allow-weak-password"];
    expect(await runCli(hub, args)).toMatchObject({ code: 0 });
    expect(await passwordOf(hub)).toBe("hunter2");
  });

  it("is what the config says it is", async () => {
    const hub = hubWithClients("v2");
    const config = { database: { module: "hivemind-json-db-plugin" }, min_password_bits: 10 };
    writeFileSync(hub.configFile, JSON.stringify(config));
    expect(await runCli(hub, ["rotate-password", "1", "--password", "hunter2"])).toMatchObject({ code: 0 });
  });

  it("is no random one, nor any other in what it takes to tell", async () => {
    expect(await passwordBits("5ae486f7f1c26bd4645bd052e4af3ea3", [])).toBe(128);
    expect(await passwordBits("00000000000000000000000000000000", [])).toBeLessThan(40);
    expect(await passwordBits("correct horse battery staple", [])).toBeGreaterThan(40);
    expect(await passwordBits("x".repeat(100_000), [])).toBeLessThan(40);
  });
});

async function passwordOf(hub: Hub): Promise<string | undefined> {
  const { secrets } = await runJson<Rotated>(hub, ["show-client", "1", "--show-secrets"]);
  return secrets?.password;
}
