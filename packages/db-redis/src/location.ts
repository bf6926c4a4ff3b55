import type { RedisOptions } from "./options.ts";

/** The address for people, without a password. */
export function locationOf({ host, port, db, tls }: RedisOptions): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls === undefined ? "redis" : "rediss"}://${name}:${port}/${db}`;
}
