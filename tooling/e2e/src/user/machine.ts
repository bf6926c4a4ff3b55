import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./command.ts";

/** A user's machine: a HOME with nothing in it but the address of the registry. */
export class Machine {
  readonly #folder: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.env = env;
  }

  static async at(folder: string, registryUrl: string): Promise<Machine> {
    const home = join(folder, "home");
    await mkdir(home, { recursive: true });
    const { host } = new URL(registryUrl);
    // The registry takes anyone's packages, but npm publishes nothing without a token.
    await writeFile(join(home, ".npmrc"), `registry=${registryUrl}\n//${host}/:_authToken=anyone\n`);
    return new Machine(folder, {
      PATH: process.env["PATH"],
      HOME: home,
      NO_COLOR: "1",
      CI: "1",
      npm_config_cache: join(folder, "npm-cache"),
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
      pnpm_config_registry: registryUrl,
      pnpm_config_store_dir: join(folder, "pnpm-store"),
      pnpm_config_cache_dir: join(folder, "pnpm-cache"),
      // pnpm waits a day before it trusts a release; ours is a second old.
      pnpm_config_minimum_release_age: "0",
    });
  }

  /** An empty folder, outside of any workspace. */
  async emptyFolder(name: string): Promise<string> {
    return mkdtemp(join(this.#folder, `${name}-`));
  }

  in(cwd: string, more: NodeJS.ProcessEnv = {}): Place {
    return { cwd, env: { ...this.env, ...more } };
  }
}
