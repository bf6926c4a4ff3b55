/** Certificates are renewed while a node runs, and a file that is not there any more stops nobody. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { expect, onTestFinished, test } from "vitest";
import { makeCertificates, startTlsRedis, startTlsSentinelGroup } from "../../../tooling/redis/src/main.ts";
import type { Certificates } from "../../../tooling/redis/src/main.ts";
import plugin from "../src/plugin.ts";
import { testOptions } from "./support/options.ts";

type Given = Readonly<Record<string, unknown>>;

test("a file that is missing, or not what it should be, is a mistake in the options, and named", async () => {
  const started = await startTlsRedis();
  onTestFinished(() => started.stop());
  const { ca, client, server } = started.certificates;
  const folder = temporary();
  const garbage = join(folder, "garbage.pem");
  writeFileSync(garbage, "-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n");
  const given = { port: started.server.port, ...optionsFor({ ca, client }) };
  await open(given);

  for (const option of ["ssl_ca_certs", "ssl_certfile", "ssl_keyfile"])
    for (const path of [join(folder, "missing.pem"), folder]) {
      const message = expect.stringContaining(`(option ${option})`) as unknown;
      await expect(open({ ...given, [option]: path })).rejects.toMatchObject({ code: "invalid", message });
    }
  for (const wrong of [{ ssl_certfile: garbage }, { ssl_keyfile: garbage }, { ssl_keyfile: server.key }]) {
    const failing = open({ ...given, ...wrong });
    await expect(failing).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/^ssl_certfile, /) as unknown,
    });
    await expect(failing).rejects.not.toMatchObject({
      message: expect.stringContaining("canary") as unknown,
    });
  }
});

test("the files are gone when the master dies: the next one is followed, by writes and the feed too", async () => {
  const started = await startTlsSentinelGroup();
  onTestFinished(() => started.stop());
  const { server: group, certificates } = started;
  const folder = temporary();
  const given = {
    sentinels: group.sentinels.map(({ port }) => ({ host: "localhost", port })),
    master_name: group.masterName,
    ...copied(certificates, folder),
  };
  const db = await open({ ...given, durability: { replicas: 1 } });
  const { secrets } = await db.addClient({ name: "one" });
  expect(await db.authenticate(secrets)).toMatchObject({ allowed: true });
  const feed = async () => (await db.health()).details["feed"];
  await expect.poll(feed, { timeout: 5000 }).toBe("up");

  rmSync(folder, { recursive: true });
  await group.primary.kill();

  await expect
    .poll(() => db.authenticate(secrets).catch(() => undefined), { timeout: 15_000 })
    .toMatchObject({ allowed: true });
  const added = async () => (await db.addClient()).client.name;
  await expect.poll(() => added().catch(() => undefined), { timeout: 15_000 }).toEqual(expect.any(String));
  await expect.poll(feed, { timeout: 5000 }).toBe("up");
});

test("all certificates are renewed, by another authority: the node goes on without a restart", async () => {
  const started = await startTlsRedis({ appendonly: "yes" });
  onTestFinished(() => started.stop());
  const { server, certificates } = started;
  const db = await open({ port: server.port, ...optionsFor(certificates) });
  const { secrets } = await db.addClient({ name: "one" });

  await server.kill();
  await makeCertificates(dirname(certificates.ca));
  await server.start();

  await expect
    .poll(() => db.authenticate(secrets).catch(() => undefined), { timeout: 10_000 })
    .toMatchObject({ allowed: true });
  await expect.poll(async () => (await db.health()).details["feed"], { timeout: 5000 }).toBe("up");
});

async function open(given: Given): Promise<ClientDatabase> {
  const db = createDatabase(plugin, testOptions({ command_timeout_ms: 1000, ...given }), { create: true });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

function copied({ ca, client }: Certificates, folder: string): Given {
  const copy = (path: string, name: string): string => {
    cpSync(path, join(folder, name));
    return join(folder, name);
  };
  return optionsFor({
    ca: copy(ca, "ca.pem"),
    client: { cert: copy(client.cert, "client.pem"), key: copy(client.key, "client.key") },
  });
}

function optionsFor({ ca, client }: Pick<Certificates, "ca" | "client">): Given {
  return { use_ssl: true, ssl_ca_certs: ca, ssl_certfile: client.cert, ssl_keyfile: client.key };
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "hivemind-certificates-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
