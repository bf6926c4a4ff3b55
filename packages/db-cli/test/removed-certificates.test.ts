/** A removed certificate that a Python hub has written back stays out, wherever its record is copied. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CERTIFICATE, EXPIRED_CERTIFICATE, FINGERPRINT } from "./support/certificate.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";
import { configFor, MODULES } from "./support/stores.ts";

const NO_REDIS = 0;
const LIST = '"removed-certificates/1"';

/** Its record has the certificate again, after it was removed. */
async function hubWithComeback(): Promise<Hub> {
  const hub = hubWithClients("v2");
  await runJson(hub, ["add-certificate", "-", "1"], { input: CERTIFICATE });
  const stale = readFileSync(hub.clientsFile);
  await runJson(hub, ["remove-certificate", FINGERPRINT, "1"]);
  writeFileSync(hub.clientsFile, stale);
  return hub;
}

async function reasonFor(hub: Hub, config = hub.configFile): Promise<unknown> {
  const certificate = join(hub.home, "certificate.pem");
  writeFileSync(certificate, CERTIFICATE);
  const args = ["check-access", "--certificate", certificate, "--config", config, "--json"];
  const { stdout } = await runCli(hub, args);
  return (JSON.parse(stdout) as { reason: unknown }).reason;
}

describe("import-clients", () => {
  it.each([
    ["a store", []],
    ["a store", ["--new-ids"]],
    ["a backup", []],
    ["a backup", ["--new-ids"]],
  ] as const)("of %s %j leaves it out", async (kind, more) => {
    const source = await hubWithComeback();
    const backup = join(source.home, "all.ndjson");
    await runJson(source, ["backup", backup]);
    const file = kind === "a store" ? source.clientsFile : backup;
    const target = new Hub();

    const first = await runJson<object>(target, ["import-clients", file, ...more]);
    const again = await runJson<object>(target, ["import-clients", file, ...more]);

    expect(await reasonFor(source)).toBe("certificate-removed");
    expect(await reasonFor(target)).toBe("unknown-certificate");
    expect([first, again]).toMatchObject([{ clients: { unchanged: 0 } }, { clients: { added: 0 } }]);
  });

  it("takes it out of a client that is replaced, too", async () => {
    const source = await hubWithComeback();
    const target = new Hub();
    await runJson(target, ["import-clients", source.clientsFile]);
    await runJson(source, ["rename-client", "1", "--name", "changed"]);
    expect(await reasonFor(source)).toBe("certificate-removed");

    await runJson(target, ["import-clients", source.clientsFile, "--on-conflict", "replace"]);

    expect(target.records()["1"]).toMatchObject({ name: "changed" });
    expect(await reasonFor(target)).toBe("unknown-certificate");
  });

  it("stops at a client of whom nobody can tell what was removed", async () => {
    const source = await hubWithComeback();
    const own = join(source.dataFolder, "clients.hivemind.json");
    const damaged = readFileSync(own, "utf8").replace(
      /("removed-certificates\/1":\s*)("(?:[^"\\]|\\.)*"|\[[^\]]*\])/,
      (_, key: string, value: string) => `${key}${value.startsWith('"') ? '"7"' : "7"}`,
    );
    expect(damaged).toContain(LIST);
    writeFileSync(own, damaged);

    const refused = await runCli(new Hub(), ["import-clients", source.clientsFile, "--json"]);

    expect(errorOf(refused)).toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("client 1: which of its certificates were removed cannot be read"),
    });
  });
});

describe("migrate-db", () => {
  it.each(["replace", "skip", "fail"])("unites what both stores have removed: %s", async (policy) => {
    const hub = hubWithClients("v2");
    const other = configFor(hub, "sqlite", "other", NO_REDIS);
    const back = ["migrate-db", "--config", other, "--from", MODULES.sqlite, "--to", MODULES.json];
    await runJson(hub, ["migrate-db", "--to", MODULES.sqlite, "--to-config", other]);
    await runJson(hub, ["add-certificate", "-", "1", "--config", other], { input: EXPIRED_CERTIFICATE });
    const [expired] = await runJson<{ fingerprint: string }[]>(hub, [
      "list-certificates",
      "1",
      "--config",
      other,
    ]);
    await runJson(hub, ["remove-certificate", expired?.fingerprint ?? "", "1", "--config", other]);
    await runJson(hub, ["add-certificate", "-", "1"], { input: CERTIFICATE });
    const stale = readFileSync(hub.clientsFile);
    await runJson(hub, ["remove-certificate", FINGERPRINT, "1"]);

    const args = [...back, "--to-config", hub.configFile, "--on-conflict", policy];
    const first = await runJson<object>(hub, args);
    const again = await runJson<object>(hub, args);
    writeFileSync(hub.clientsFile, stale);

    expect(first).toMatchObject({ state: { added: 0, replaced: 1, unchanged: 0 } });
    expect(again).toMatchObject({ state: { added: 0, replaced: 0, unchanged: 1 } });
    expect(await reasonFor(hub)).toBe("certificate-removed");
  });
});
