/**
 * The driver, set up so that nothing waits for ever, nothing is sent twice, and nothing takes the process
 * down.
 */
import { Redis } from "ioredis";
import type { RedisOptions as DriverOptions } from "ioredis";
import type { ReadyOptions } from "./certificates.ts";
import { guardDriver } from "./driver-guard.ts";

/** What the way to one server needs of the options. */
export type ServerOptions = Pick<
  ReadyOptions,
  | "host"
  | "port"
  | "db"
  | "username"
  | "password"
  | "tls"
  | "connectTimeoutMs"
  | "commandTimeoutMs"
  | "retryAttempts"
  | "retryDelayMs"
>;

/** Between attempts to connect, at most: a server that comes back is used within this. */
const MAX_BACKOFF_MS = 1000;

/** Not connected yet. Whoever makes it listens to its errors. */
export function makeDriver(options: ServerOptions): Redis {
  const redis = new Redis(driverOptions(options));
  // Every call that waits for the connection listens to it.
  redis.setMaxListeners(0);
  guardDriver(redis);
  return redis;
}

/** Before the next attempt to connect, after so many. */
export function backoffMs({ retryDelayMs }: ServerOptions, attempts: number): number {
  const backoff = Math.min(Math.max(retryDelayMs, 10) * 2 ** Math.min(attempts - 1, 10), MAX_BACKOFF_MS);
  return Math.round(backoff * (0.5 + Math.random() / 2));
}

function driverOptions(options: ServerOptions): Omit<DriverOptions, "replyMapping"> {
  const { host, port, db, username, password, connectTimeoutMs, commandTimeoutMs } = options;
  return {
    host,
    port,
    db,
    // The form of AUTH with a user name is also accepted where the default user needs no password; the driver
    // would write a warning to the console for the other form.
    ...(password === undefined ? {} : { username: username ?? "default", password }),
    // RESP3 drops tracking messages in ioredis 6; nothing else here needs it.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A connection on which nothing arrives any more is replaced, although nobody closed it.
    socketTimeout: commandTimeoutMs,
    disconnectTimeout: 100,
    retryStrategy: (times) => backoffMs(options, times),
    // Each command fails with its own connection: a script that was sent may have run, so nobody sends it
    // again.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // It needs the command INFO, which an operator may not grant; a server that is loading says so by itself.
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResubscribe: false,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  };
}
