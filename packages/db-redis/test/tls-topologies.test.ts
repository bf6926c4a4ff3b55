/** Mutual TLS and host names, to every node of a cluster, to Sentinels and to what they look after. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, DbError } from "@hivemind/db-core";
import { expect, onTestFinished, test } from "vitest";
import { startTlsCluster, startTlsRedis, startTlsSentinelGroup } from "../../../tooling/redis/src/main.ts";
import type { Certificates } from "../../../tooling/redis/src/main.ts";
import plugin from "../src/plugin.ts";
import { slotOf } from "../src/slot.ts";
import { testOptions } from "./support/options.ts";

type Given = Readonly<Record<string, unknown>>;

const places = (nodes: readonly { readonly port: number }[], host = "localhost") =>
  nodes.map(({ port }) => ({ host, port }));

const tlsOptions = ({ ca, client }: Certificates) => ({
  use_ssl: true,
  ssl_ca_certs: ca,
  ssl_certfile: client.cert,
  ssl_keyfile: client.key,
});

async function open(given: Given): Promise<ClientDatabase> {
  const db = createDatabase(plugin, testOptions({ command_timeout_ms: 1000, ...given }), { create: true });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

/** Who shows no certificate, trusts another authority, or goes by an address that is not in the certificate. */
async function expectNotReached(given: Given, byAddress: Given): Promise<void> {
  const { ssl_certfile: cert, ssl_keyfile: key, ...nobody } = given;
  const { ssl_ca_certs: ca, ...trusting } = given;
  expect([cert, key, ca]).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
  for (const wrong of [nobody, trusting, { ...given, ...byAddress }])
    await expect(open({ ...wrong, connect_timeout_ms: 500 })).rejects.toMatchObject({ code: "unreachable" });
}

test("rediss:// is TLS, with what Python's options ask of the certificate", async () => {
  const started = await startTlsRedis();
  onTestFinished(() => started.stop());
  const { ssl_ca_certs: ca, ssl_certfile, ssl_keyfile } = tlsOptions(started.certificates);
  const given = { url: `rediss://localhost:${started.server.port}`, ssl_certfile, ssl_keyfile };

  for (const how of [{ ssl_ca_certs: ca }, { ssl_cert_reqs: "none" }]) {
    const { client } = await (await open({ ...given, ...how })).addClient();
    expect(client.revoked).toBe(false);
  }

  for (const how of [{}, { ssl_cert_reqs: "optional" }, { ssl_check_hostname: false }])
    await expect(open({ ...given, ...how })).rejects.toMatchObject({ code: "unreachable" });
});

test("a cluster: every node is reached by its name, and so is the one that takes a killed one's place", async () => {
  const started = await startTlsCluster();
  onTestFinished(() => started.stop());
  const { server: cluster, certificates } = started;
  const given = { cluster_nodes: places(cluster.masters), ...tlsOptions(certificates) };
  const db = await open({ ...given, durability: { replicas: 1 } });
  const { secrets } = await db.addClient({ name: "one" });
  await expectNotReached(given, { cluster_nodes: places(cluster.masters, "127.0.0.1") });

  const home = cluster.masters[Math.floor((slotOf("{clients}") * cluster.masters.length) / 16_384)];
  await home?.server.kill();

  await expect
    .poll(() => db.authenticate(secrets).catch(() => undefined), { timeout: 15_000 })
    .toMatchObject({ allowed: true });
  const other = await open(given);
  expect((await other.addClient()).client.id).toBe(2);
  const feed = async () => (await db.health()).details["feed"];
  await expect.poll(feed, { timeout: 5000 }).toBe("up");
});

test("Sentinels with two replicas: a write that both have confirmed is there, whichever takes over", async () => {
  const started = await startTlsSentinelGroup();
  onTestFinished(() => started.stop());
  const { server: group, certificates } = started;
  const given = {
    sentinels: places(group.sentinels),
    master_name: group.masterName,
    ...tlsOptions(certificates),
  };
  const db = await open({ ...given, durability: { replicas: 2 } });
  const { secrets } = await db.addClient({ name: "one" });
  const byAddress = { sentinels: places(group.sentinels, "127.0.0.1") };
  await expectNotReached(given, byAddress);
  await open({ ...given, ...byAddress, ssl_check_hostname: false });

  await group.primary.kill();

  await expect
    .poll(() => db.authenticate(secrets).catch(() => undefined), { timeout: 15_000 })
    .toMatchObject({ allowed: true });
  // One replica is left, and two are demanded.
  const changing = () => db.updateClient(1, { name: "new" }).catch((error: DbError) => error.code);
  await expect.poll(changing, { timeout: 15_000 }).toBe("unconfirmed");
  expect((await (await open(given)).addClient()).client.id).toBe(2);
});
