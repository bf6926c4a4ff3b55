import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CERTIFICATE, EXPIRED_CERTIFICATE, FINGERPRINT } from "./support/certificate.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli } from "./support/run-cli.ts";
import type { Outcome } from "./support/run-cli.ts";

const KEY = "42caf3d2405075fb9e7a4e1ff44e4c4f";

function check(hub: Hub, ...args: readonly string[]): Promise<Outcome> {
  return runCli(hub, ["check-access", ...args]);
}

describe("check-access", () => {
  it.each([
    [[KEY, "recognizer_loop:utterance"], "Client 1 (kitchen-satellite) may send recognizer_loop:utterance."],
    [[KEY, "--escalate"], "Client 1 (kitchen-satellite) may escalate."],
    [[KEY], "Client 1 (kitchen-satellite) may connect."],
  ])("allows %j, with exit code 0", async (args, why) => {
    const outcome = await check(hubWithClients("v2"), ...args);
    expect(outcome).toEqual({ code: 0, stdout: `allowed  ${why}\n`, stderr: "" });
  });

  it.each([
    [
      [KEY, "system.reboot"],
      "may not send system.reboot: the type is not among those that it is allowed. To allow it: hivemind-db allow-msg system.reboot 1",
    ],
    [[KEY, "$(reboot)"], "may not send $(reboot): the type is not among those that it is allowed."],
    [
      ["guest-key", "--escalate"],
      "may not escalate: it is forbidden to escalate. To allow it: hivemind-db allow-escalate 4",
    ],
    [
      ["guest-key", "--skill", "skill-camera"],
      "may not use the skill skill-camera: the skill is on its blacklist. To allow it: hivemind-db allow-skill skill-camera 4",
    ],
  ])("denies %j, with exit code 7, and says why and what to do", async (args, why) => {
    const { code, stdout } = await check(hubWithClients("v2"), ...args);
    expect(code).toBe(7);
    expect(stdout).toMatch(/^denied {2}Client \d+ \([\w -]+\) /);
    expect(stdout.trimEnd().endsWith(why)).toBe(true);
  });

  it.each([
    ["revoked", "This is never an access key"],
    ["no such key", "No client has this access key"],
  ])("denies the key %j", async (key, why) => {
    const { code, stdout } = await check(hubWithClients("v2"), key, "speak");
    expect(code).toBe(7);
    expect(stdout).toContain(`denied  ${why}`);
  });

  it("denies a key that two clients have, and names both", async () => {
    const twin = { api_key: "same", name: "twin" };
    const records = { "1": { client_id: 1, ...twin }, "2": { client_id: 2, ...twin } };
    const hub = new Hub().withText("clients.json", JSON.stringify(records));
    const { code, stdout } = await check(hub, "same", "--json");
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({ reason: "ambiguous", clientIds: [1, 2], client: null });
  });

  it("is no verdict where the store cannot tell", async () => {
    const outcome = await check(new Hub(), KEY, "speak", "--json");
    expect(outcome).toMatchObject({ code: 4, stdout: "" });
    expect(errorOf(outcome).code).toBe("missing-store");
  });

  it.each([[[]], [[""]], [[KEY, "a", "--escalate"]], [[KEY, "--skill", "a", "--intent", "b"]]])(
    "refuses %j",
    async (args) => {
      expect(await check(hubWithClients("v2"), ...args)).toMatchObject({ code: 2, stdout: "" });
    },
  );
});

describe("check-access --certificate", () => {
  it("says of a certificate that nobody has how to add it, and allows it then", async () => {
    const hub = hubWithClients("v2");
    const file = join(hub.home, "kitchen.pem");
    writeFileSync(file, CERTIFICATE);
    const unknown = await check(hub, "--certificate", file, "recognizer_loop:utterance");
    expect(unknown).toMatchObject({
      code: 7,
      stdout: expect.stringContaining("hivemind-db add-certificate"),
    });
    const added = await runCli(hub, ["add-certificate", file, "1"]);
    expect(added.stderr).toContain(`Client 1 (kitchen-satellite) has the certificate ${FINGERPRINT}.`);
    const again = await runCli(hub, ["add-certificate", file, "1"]);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("already has the certificate") });
    expect(await check(hub, "--certificate", file, "recognizer_loop:utterance")).toMatchObject({ code: 0 });
    const other = await runCli(hub, ["add-certificate", file, "4", "--json"]);
    expect(errorOf(other)).toMatchObject({ code: "duplicate-key", clientIds: [1] });
    const { stdout } = await runCli(hub, ["list-certificates", "1"]);
    expect(stdout).toMatch(new RegExp(`^${FINGERPRINT} +CN=kitchen +CN=kitchen +\\d{4}`, "m"));
  });

  it("denies one that has expired", async () => {
    const hub = hubWithClients("v2");
    const file = join(hub.home, "old.pem");
    writeFileSync(file, EXPIRED_CERTIFICATE);
    await runCli(hub, ["add-certificate", file, "1"]);
    const { code, stdout } = await check(hub, "--certificate", file);
    expect(code).toBe(7);
    expect(stdout).toContain("The certificate of client 1 has expired");
  });

  it.each([
    ["there is no such file", "no-such.pem"],
    ["that is no X.509 certificate", "config/hivemind-core/server.json"],
  ])("says: %s", async (message, file) => {
    const { code, stderr } = await check(hubWithClients("v2"), "--certificate", file);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^hivemind-db: /) });
    expect(stderr).toContain(message.replace("there is no such file", "there is no file"));
  });
});
