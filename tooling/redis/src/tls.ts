import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import type { Certificates } from "./certificates.ts";
import { startCluster } from "./cluster.ts";
import type { RedisCluster } from "./cluster.ts";
import { startSentinelGroup } from "./sentinel.ts";
import type { SentinelGroup } from "./sentinel.ts";
import { startRedis } from "./server.ts";
import type { RedisConfig, RedisServer } from "./server.ts";

interface Tls<Server> {
  readonly server: Server;
  readonly certificates: Certificates;
  stop(): Promise<void>;
}

export type TlsRedis = Tls<RedisServer>;
export type TlsCluster = Tls<RedisCluster>;
export type TlsSentinelGroup = Tls<SentinelGroup>;

/** TLS alone, and nobody without a certificate of our authority gets in. */
export async function startTlsRedis(config: RedisConfig = {}): Promise<TlsRedis> {
  return withCertificates("IP:127.0.0.1,DNS:localhost", async (certificates) => ({
    server: await startRedis({ ...tlsConfig(certificates), ...config }),
    certificates,
  }));
}

/** Three masters with a replica each, which name each other, and tell of each other, by a host name. */
export async function startTlsCluster(): Promise<TlsCluster> {
  return withCertificates("DNS:localhost", async (certificates) => {
    const names = { "cluster-announce-hostname": "localhost", "cluster-preferred-endpoint-type": "hostname" };
    const server = await startCluster({}, { ...tlsConfig(certificates), "tls-cluster": "yes", ...names });
    return { server, certificates };
  });
}

/** A primary, two replicas and three Sentinels, all of which go by a host name. */
export async function startTlsSentinelGroup(): Promise<TlsSentinelGroup> {
  return withCertificates("DNS:localhost", async (certificates) => ({
    server: await startSentinelGroup({ config: tlsConfig(certificates), replicas: 2, host: "localhost" }),
    certificates,
  }));
}

async function withCertificates<T extends { readonly server: { stop(): Promise<void> } }>(
  names: string,
  start: (certificates: Certificates) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "hivemind-certificates-"));
  const started = await start(await makeCertificates(folder, names));
  return {
    ...started,
    stop: async () => {
      await started.server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Of a server that lets nobody in without a certificate of the authority, and talks to others likewise. */
function tlsConfig({ ca, server }: Certificates): RedisConfig {
  return {
    "tls-cert-file": server.cert,
    "tls-key-file": server.key,
    "tls-ca-cert-file": ca,
    "tls-auth-clients": "yes",
    "tls-replication": "yes",
  };
}
