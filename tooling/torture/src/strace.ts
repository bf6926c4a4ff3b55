/** strace(1): sees, and breaks into, the system calls of a program. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const ADVICE =
  "The crash and power trials need strace on the PATH. Install it, for example:\n" +
  "  Debian, Ubuntu:  sudo apt-get install --no-install-recommends strace\n" +
  "  Fedora:          sudo dnf install strace\n" +
  "  Alpine:          sudo apk add strace";

let ensured: Promise<void> | undefined;

/** What to run a program through, so that it is killed at its n-th such system call in one thread. */
export async function killedAt(call: string, n: number): Promise<readonly string[]> {
  await ensureStrace();
  const inject = `inject=${call}:signal=SIGKILL:when=${n}`;
  return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
}

/** What to run a program through, so that its n-th such system call in one thread fails, and it alone. */
export async function failingAt(call: string, error: string, n: number): Promise<readonly string[]> {
  await ensureStrace();
  const inject = `inject=${call}:error=${error}:when=${n}`;
  return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
}

/** What to run a program through, so that these system calls are written to the file, with all their data. */
export async function traced(calls: readonly string[], file: string): Promise<readonly string[]> {
  await ensureStrace();
  // All strings in hex and in full, and which file a descriptor stands for.
  return [
    "strace",
    "-f",
    "-qq",
    "-y",
    "-xx",
    "-s",
    "100000000",
    "-o",
    file,
    "-e",
    `trace=${calls.join(",")}`,
  ];
}

/** On Debian as root it is installed where it is missing. Throws with advice elsewhere. */
function ensureStrace(): Promise<void> {
  ensured ??= ensure();
  return ensured;
}

async function ensure(): Promise<void> {
  if (await succeeds("strace", "-V")) return;
  const isRoot = process.platform === "linux" && process.geteuid?.() === 0;
  if (!isRoot || !(await succeeds("apt-get", "--version"))) throw new Error(ADVICE);
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  await succeeds("apt-get", ...wait, "update", "-qq");
  await succeeds("apt-get", ...wait, "install", "-y", "-qq", "--no-install-recommends", "strace");
  if (!(await succeeds("strace", "-V"))) throw new Error(`apt-get could not install strace.\n${ADVICE}`);
}

async function succeeds(program: string, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, {
    stdio: "ignore",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return code === 0;
  } catch {
    // No such program.
    return false;
  }
}
