import { spawn } from "node:child_process";
import { once } from "node:events";
import { findRedisServer } from "./binary.ts";

/** Never asks, and starts no service: the package's own one would take port 6379 from whoever wants it. */
const QUIET = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
/** For another apt-get, instead of failing. */
const WAIT = ["-o", "DPkg::Lock::Timeout=120"];
const MEANWHILE = "/usr/sbin/policy-rc.d";

const ADVICE =
  "The tests need a real redis-server (or valkey-server) 6.2 or newer on the PATH. Install it, for example:\n" +
  "  Debian, Ubuntu:  sudo apt-get install --no-install-recommends redis-server\n" +
  "  Fedora:          sudo dnf install valkey\n" +
  "  Alpine:          sudo apk add redis\n" +
  "  macOS:           brew install redis";

/**
 * The server program; on Debian as root it is installed where it is missing. Throws with advice elsewhere.
 */
export async function ensureRedisServer(): Promise<string> {
  const found = findRedisServer();
  if (found !== undefined) return found;
  if (
    process.platform !== "linux" ||
    process.geteuid?.() !== 0 ||
    !(await succeeds("apt-get", "--version"))
  ) {
    throw new Error(ADVICE);
  }
  process.stderr.write("redis: installing Debian's redis-server with apt-get, for the tests\n");
  const installed =
    (await succeeds("apt-get", ...WAIT, "update", "-qq")) &&
    (await succeeds("sh", "-euc", INSTALL_WITHOUT_STARTING, MEANWHILE, ...WAIT));
  const path = findRedisServer();
  if (!installed || path === undefined) throw new Error(`apt-get could not install redis-server.\n${ADVICE}`);
  return path;
}

/**
 * Debian asks `policy-rc.d` whether a package may start its service: the answer 101 is no. One that is there
 * already (containers have it) is left alone; then a service that runs all the same is stopped by its own
 * script.
 */
const INSTALL_WITHOUT_STARTING = `
made=
if [ ! -e "$0" ]; then printf '#!/bin/sh\\nexit 101\\n' > "$0"; chmod 755 "$0"; made=1; fi
trap '[ -z "$made" ] || rm -f "$0"' EXIT
was_running=; pidof redis-server > /dev/null && was_running=1
apt-get "$1" "$2" install -y -qq --no-install-recommends redis-server
if [ -z "$was_running" ] && pidof redis-server > /dev/null; then invoke-rc.d --force redis-server stop; fi
`;

async function succeeds(file: string, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(file, args, { env: { ...process.env, ...QUIET }, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => output.push(data));
  child.stderr.on("data", (data: Buffer) => output.push(data));
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) process.stderr.write(Buffer.concat(output));
    return code === 0;
  } catch {
    // No such program.
    return false;
  }
}
