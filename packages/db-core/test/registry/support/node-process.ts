/** Runs a node of its own process: what is found depends on the script, the working folder and the environment. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const REGISTRY = new URL("../../../src/registry/index.ts", import.meta.url).href;

export interface Answer {
  readonly value?: unknown;
  readonly error?: {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly inspected: string;
  };
}

export interface Node {
  /** Path of the script to run; written first, unless it is there already. */
  readonly script: string;
  /** Default: the script's folder. */
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

/** What the expression answers; `core` is the registry, `here` the script's own URL. */
export async function ask(node: Node, expression: string): Promise<Answer> {
  await writeFile(node.script, nodeScript(expression));
  return run(node);
}

export async function run({ script, ...place }: Node): Promise<Answer> {
  return spawn([script], { cwd: dirname(script), env: { HOME: dirname(script) }, ...place });
}

/** The same with `node -e`, where the first argument is the user's and no script. */
export async function evaluate(expression: string, argument: string): Promise<Answer> {
  return spawn(["--input-type=module", "-e", nodeScript(expression), argument], { cwd: "/", env: {} });
}

async function spawn(args: readonly string[], { cwd, env }: Required<Omit<Node, "script">>): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, [...stripTypes(), ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
  });
  return JSON.parse(stdout) as Answer;
}

export function nodeScript(expression: string, registry: string = REGISTRY): string {
  return `
import { inspect } from "node:util";
import * as core from ${JSON.stringify(registry)};
const here = import.meta.url;
const opened = async (...args) => {
  const db = await core.openDatabase(...args);
  const { location } = db.info();
  await db.close();
  return { plugin: db.plugin.name, options: JSON.parse(location) };
};
const answer = await (async () => ${expression})().then(
  (value) => ({ value }),
  (error) => ({ error: { name: error.name, code: error.code, message: error.message, inspected: inspect(error) } }),
);
console.log(JSON.stringify(answer));
`;
}

/** Before Node 22.18 it has to be told that it can run TypeScript. */
function stripTypes(): readonly string[] {
  return process.features.typescript === false
    ? ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"]
    : [];
}
