import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer } from "./ensure.ts";
import { freePort } from "./free-port.ts";
import { supervised } from "./supervised.ts";
import type { Supervised } from "./supervised.ts";

/** Lines of redis.conf: `{ maxmemory: "8mb" }`. */
export type RedisConfig = Readonly<Record<string, string>>;

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Where it keeps what it persists. */
  readonly folder: string;
  /** Waits until it has printed such a line, at any time since it started. */
  printed(line: RegExp): Promise<void>;
  /** SIGSTOP: the kernel still accepts connections and data, nobody answers. */
  pause(): void;
  resume(): void;
  /** SIGKILL. Its port and folder stay its own. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and folder. */
  start(config?: RedisConfig): Promise<void>;
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * A new replica is sent what is written from then on as soon as it has a file of all. Sent without a file, it can wait
 * for its next REPLCONF ACK first, which comes each second: until then it confirms nothing, though it is up to date.
 */
export const SYNC_BY_FILE: RedisConfig = { "repl-diskless-sync": "no", "rdb-del-sync-files": "yes" };

/** In the folder of a server that is a Sentinel: its settings. */
export const SENTINEL_FILE = "sentinel.conf";

/** A server of its own, in memory alone unless the config says otherwise. It cannot outlive this process. */
export async function startRedis(config: RedisConfig = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = await startRedisAt(port, config);
    if (server !== undefined) return server;
    if (attempt === ATTEMPTS)
      throw new Error(`redis-server did not start; try it with: redis-server --port ${port}`);
  }
}

/**
 * On this port; `prepare` puts files into its folder before it starts. `undefined`: it ended by itself, as it
 * does where another program has the port.
 */
export async function startRedisAt(
  port: number,
  config: RedisConfig,
  prepare: (folder: string) => void = () => undefined,
): Promise<RedisServer | undefined> {
  const program = await ensureRedisServer();
  const folder = mkdtempSync(join(tmpdir(), "hivemind-redis-"));
  prepare(folder);
  const running = await launch(program, folder, port, config);
  if (running !== undefined) return new StartedServer(program, folder, port, config, running);
  rmSync(folder, { recursive: true });
  return undefined;
}

class StartedServer implements RedisServer {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly folder: string;
  readonly #program: string;
  readonly #config: RedisConfig;
  #running: Supervised;

  constructor(program: string, folder: string, port: number, config: RedisConfig, running: Supervised) {
    this.#program = program;
    this.folder = folder;
    this.port = port;
    this.#config = config;
    this.#running = running;
  }

  get pid(): number {
    return this.#running.pid;
  }

  printed(line: RegExp): Promise<void> {
    return printed(this.#running, line);
  }

  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  kill(): Promise<void> {
    return this.#running.kill();
  }

  async start(config: RedisConfig = this.#config): Promise<void> {
    const running = await launch(this.#program, this.folder, this.port, config);
    if (running === undefined) throw new Error(`${this.#program} did not start again on port ${this.port}`);
    this.#running = running;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `undefined`: it ended by itself, as it does where another program has the port. */
async function launch(
  program: string,
  folder: string,
  port: number,
  config: RedisConfig,
): Promise<Supervised | undefined> {
  const server = await supervised(folder, program, args(folder, port, config));
  const ready = printed(server, /ready to accept connections|sentinel id is/i).then(() => "ready" as const);
  const outcome = await Promise.race([ready, server.ended.then(() => "ended" as const)]);
  if (outcome === "ready") return server;
  await server.kill();
  return undefined;
}

function printed(server: Supervised, pattern: RegExp): Promise<void> {
  return new Promise((resolve) =>
    server.onLine((line) => {
      if (pattern.test(line)) resolve();
    }),
  );
}

function args(folder: string, port: number, config: RedisConfig): readonly string[] {
  // A Sentinel rewrites its file, so it takes its settings from one alone.
  if (existsSync(join(folder, SENTINEL_FILE))) return [join(folder, SENTINEL_FILE), "--sentinel"];
  const isTls = config["tls-cert-file"] !== undefined;
  const settings = {
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "no",
    ...config,
    port: isTls ? "0" : String(port),
    ...(isTls ? { "tls-port": String(port) } : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...words(value)]);
}

/** Several words are several arguments, but for the empty text, which `save` takes for "never". */
function words(value: string): string[] {
  return value === "" ? [value] : value.split(" ");
}
