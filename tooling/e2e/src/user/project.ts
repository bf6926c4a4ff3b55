import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run, type Outcome, type Place } from "./command.ts";
import type { Machine } from "./machine.ts";

export type PackageManager = "npm" | "pnpm";

const INSTALL = {
  npm: ["npm", "install"],
  // Nothing hoisted at all: a package sees what it depends on, and nothing else.
  pnpm: ["pnpm", "add", "--config.hoist=false"],
} as const satisfies Record<PackageManager, readonly [string, ...string[]]>;

/** What an operator has: an empty folder, a package manager, and a HOME of its own for config and data. */
export class Project {
  readonly folder: string;
  readonly home: string;
  readonly #manager: PackageManager;
  readonly #machine: Machine;

  private constructor(machine: Machine, manager: PackageManager, folder: string, home: string) {
    this.#machine = machine;
    this.#manager = manager;
    this.folder = folder;
    this.home = home;
  }

  static async empty(machine: Machine, manager: PackageManager): Promise<Project> {
    const folder = await machine.emptyFolder(`${manager}-project`);
    await writeFile(join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
    return new Project(machine, manager, folder, await machine.emptyFolder("hub-home"));
  }

  /** Installs these packages; what the package manager said. */
  async install(...packages: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run(
      [...INSTALL[this.#manager], ...packages],
      this.#place(this.#machine.env),
    );
    return stdout + stderr;
  }

  /** A command that an installed package brings. */
  command(name: string, args: readonly string[] = [], input = ""): Promise<Outcome> {
    return attempt([join(this.folder, "node_modules/.bin", name), ...args], this.#asOperator(), input);
  }

  /** Node on a file of this folder. */
  node(...args: readonly string[]): Promise<Outcome> {
    return attempt([process.execPath, ...args], this.#asOperator());
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** The config of the node names its backend. */
  async configure(module: string, options: object = {}): Promise<void> {
    const folder = join(this.home, ".config/hivemind-core");
    await mkdir(folder, { recursive: true });
    const config = { database: { module, [module]: options } };
    await writeFile(join(folder, "server.json"), JSON.stringify(config));
  }

  #asOperator(): Place {
    const { PATH } = this.#machine.env;
    return this.#place({ PATH, HOME: this.home, NO_COLOR: "1" });
  }

  #place(env: NodeJS.ProcessEnv): Place {
    return { cwd: this.folder, env };
  }
}
