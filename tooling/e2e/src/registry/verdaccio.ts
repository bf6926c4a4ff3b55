import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../redis/src/free-port.ts";
import { run } from "../user/command.ts";

/** Verdaccio's own packages: 300, which nothing else needs, so they are no part of the workspace. */
const HERE = fileURLToPath(new URL("../../verdaccio", import.meta.url));
const STARTS_WITHIN_MS = 30_000;

export interface Registry {
  readonly url: string;
  stop(): Promise<void>;
}

/** A registry on loopback: our scope lives in it alone, all else comes from where this machine's npm gets it. */
export async function startRegistry(folder: string): Promise<Registry> {
  await run(["pnpm", "install", "--frozen-lockfile"], { cwd: HERE, env: process.env });
  const url = `http://127.0.0.1:${await freePort()}/`;
  const config = join(folder, "verdaccio.json");
  const log = join(folder, "verdaccio.log");
  await writeFile(config, JSON.stringify(configuration(folder, await uplink())));

  const command = join(HERE, "node_modules/verdaccio/bin/verdaccio");
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [command, "--config", config, "--listen", url], {
    cwd: folder,
    stdio: ["ignore", output, output],
  });
  await untilItAnswers(`${url}-/ping`, child, log);
  return {
    url,
    stop: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function configuration(folder: string, upstream: string) {
  return {
    storage: join(folder, "registry"),
    uplinks: { upstream: { url: upstream, timeout: "60s", maxage: "1h" } },
    packages: {
      // Never asked for upstream: what is tested is what was just published.
      "@hivemind/*": { access: "$all", publish: "$all" },
      "hivemind-db-*": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
    max_body_size: "100mb",
    log: { type: "stdout", format: "pretty", level: "warn" },
  };
}

async function uplink(): Promise<string> {
  const { stdout } = await run(["npm", "config", "get", "registry"], { cwd: HERE, env: process.env });
  return stdout.trim();
}

async function untilItAnswers(ping: string, child: ChildProcess, log: string): Promise<void> {
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) break;
    const answered = await fetch(ping).catch(() => undefined);
    if (answered?.ok === true) return;
    await sleep(50);
  }
  child.kill();
  throw new Error(`the registry did not start:\n${await readFile(log, "utf8")}`);
}
