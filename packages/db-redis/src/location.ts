import { addressOf } from "./address.ts";
import type { ServerOptions } from "./driver.ts";

/** The address for people, without a password. */
export function locationOf({ host, port, db, tls }: ServerOptions): string {
  return `${tls === undefined ? "redis" : "rediss"}://${addressOf({ host, port })}/${db}`;
}
