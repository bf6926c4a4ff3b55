import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import type { Certificates } from "./certificates.ts";
import { startRedis } from "./server.ts";
import type { RedisConfig, RedisServer } from "./server.ts";

export interface TlsRedis {
  readonly server: RedisServer;
  readonly certificates: Certificates;
  stop(): Promise<void>;
}

/** TLS alone, and nobody without a certificate of our authority gets in. */
export async function startTlsRedis(config: RedisConfig = {}): Promise<TlsRedis> {
  const folder = mkdtempSync(join(tmpdir(), "hivemind-certificates-"));
  const certificates = await makeCertificates(folder);
  const server = await startRedis({ ...tlsConfig(certificates), ...config });
  return {
    server,
    certificates,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function tlsConfig({ ca, server }: Certificates): RedisConfig {
  return {
    "tls-cert-file": server.cert,
    "tls-key-file": server.key,
    "tls-ca-cert-file": ca,
    "tls-auth-clients": "yes",
  };
}
