/** The processes of the demo, each started as an operator would. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const CLI = commandOf("@hivemind/db-cli", "hivemind-db");
const NODE_EXAMPLE = fileURLToPath(new URL("node-example.ts", import.meta.url));

/** The file that npm would link as this command. */
function commandOf(packageName: string, command: string): string {
  const manifestUrl = import.meta.resolve(`${packageName}/package.json`);
  const manifest: { bin: Record<string, string> } = JSON.parse(readFileSync(new URL(manifestUrl), "utf8"));
  return fileURLToPath(new URL(manifest.bin[command] ?? "", manifestUrl));
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hivemind-db` to its end. */
export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitCodeOf(child),
  ]);
  return { code, stdout, stderr };
}

/** The node example, running. */
export class RunningNode {
  readonly #child;
  readonly #answers;

  constructor(env: NodeJS.ProcessEnv) {
    // The flags with which this process runs TypeScript.
    const args = [...process.execArgv, NODE_EXAMPLE];
    this.#child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Connects with this access key; what the node says to it. */
  async ask(accessKey: string): Promise<string> {
    this.#child.stdin.write(`${accessKey}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error("the node ended instead of answering");
    return answer.value;
  }

  /** The exit code. */
  async stop(): Promise<number | null> {
    const code = exitCodeOf(this.#child);
    this.#child.stdin.end();
    return code;
  }
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}
