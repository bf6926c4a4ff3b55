/**
 * The files of certificates. They are renewed while a node runs, so each connection has them as they are then; and where
 * they cannot be read then, as they were: that must not be what a failover fails with.
 */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { ConnectionOptions, SecureContext, SecureContextOptions } from "node:tls";
import { DbError, isDbError, systemError } from "@hivemind/db-core/backend";
import type { RedisOptions, SentinelOptions, TlsOptions } from "./options.ts";

/** The options, with what the files hold. */
export interface ReadyOptions extends Omit<RedisOptions, "tls" | "sentinels"> {
  readonly tls: ConnectionOptions | undefined;
  readonly sentinels: ReadySentinels | undefined;
}

export interface ReadySentinels extends Omit<SentinelOptions, "tls"> {
  readonly tls: ConnectionOptions | undefined;
}

export function withCertificates(options: RedisOptions): ReadyOptions {
  const { sentinels } = options;
  return {
    ...options,
    tls: connectionOptions(options.tls),
    sentinels: sentinels === undefined ? undefined : { ...sentinels, tls: connectionOptions(sentinels.tls) },
  };
}

function connectionOptions(tls: TlsOptions | undefined): ConnectionOptions | undefined {
  if (tls === undefined) return undefined;
  let last = contextOf(tls);
  return {
    // Asked for with each connection: whoever makes one copies these options.
    get secureContext() {
      try {
        last = contextOf(tls);
      } catch {
        // Just being renewed, or for the eyes of root alone.
      }
      return last;
    },
    rejectUnauthorized: tls.verify,
    ...(tls.checkHostname ? {} : { checkServerIdentity: () => undefined }),
  };
}

function contextOf({ certFile, keyFile, caFile }: TlsOptions): SecureContext {
  return secureContext({
    ...(certFile === undefined ? {} : { cert: readPem(certFile, "ssl_certfile") }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile, "ssl_keyfile") }),
    ...(caFile === undefined ? {} : { ca: readPem(caFile, "ssl_ca_certs") }),
  });
}

function readPem(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const known = systemError(error, "read", `${path} (option ${option})`);
    // It is not the store that is missing, or not as it should be.
    if (!isDbError(known) || (known.code !== "missing-store" && known.code !== "corrupt")) throw known;
    throw new DbError("invalid", known.message, { cause: error });
  }
}

/** Made here, where a failure has somebody who hears it, and not in the timer of a later connection. */
function secureContext(files: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(files);
  } catch (error) {
    // The reason of the library alone: its message can hold a line of the file.
    const { code } = error as NodeJS.ErrnoException;
    throw new DbError(
      "invalid",
      `ssl_certfile, ssl_keyfile or ssl_ca_certs is no PEM file of its kind, or certificate and key do not belong together (${code ?? "no reason given"})`,
    );
  }
}
