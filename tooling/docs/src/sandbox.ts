import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { publishedPackages } from "../../tasks/src/packages.ts";
import { ROOT } from "../../tasks/src/paths.ts";

const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
const CLI = join(ROOT, "packages/db-cli/dist/main.js");
const CLIENTS = ["hall", "kitchen", "garden"];
const CONFIG = { database: { module: "@hivemind/db-json" } };

/** A user's home with our packages installed and a config. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "hivemind-docs-"));
  readonly env: NodeJS.ProcessEnv;

  /** `like`: with the clients of that one. */
  constructor(like?: Sandbox) {
    const bin = join(this.folder, "bin");
    this.env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: this.folder, NO_COLOR: "1" };
    mkdirSync(join(this.folder, "node_modules/@hivemind"), { recursive: true });
    for (const { name, folder } of publishedPackages()) {
      symlinkSync(folder, join(this.folder, "node_modules", name));
    }
    mkdirSync(join(this.folder, "node_modules/@types"));
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(this.folder, "node_modules/@types/node"));
    writeFileSync(join(this.folder, "package.json"), `{ "type": "module" }\n`);
    mkdirSync(join(this.folder, ".config/hivemind-core"), { recursive: true });
    writeFileSync(join(this.folder, ".config/hivemind-core/server.json"), JSON.stringify(CONFIG));
    mkdirSync(bin);
    const command = `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`;
    writeFileSync(join(bin, "hivemind-db"), command, { mode: 0o755 });
    if (like !== undefined) cpSync(like.#data, this.#data, { recursive: true });
  }

  get #data(): string {
    return join(this.folder, ".local/share");
  }

  /** Clients 1 to 3, in a JSON store. */
  addClients(): void {
    for (const name of CLIENTS) {
      const args = [CLI, "add-client", "--name", name];
      execFileSync(process.execPath, args, { cwd: this.folder, env: this.env, stdio: "pipe" });
    }
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }

  /** A program in TypeScript; what it said where it failed, else undefined. */
  runProgram(name: string, program: string): Promise<string | undefined> {
    this.write(name, program);
    return this.#run(process.execPath, [...TYPESCRIPT, name]);
  }

  runShell(script: string): Promise<string | undefined> {
    return this.#run("bash", ["-euo", "pipefail", "-c", script]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  async #run(file: string, args: readonly string[]): Promise<string | undefined> {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return code === 0 ? undefined : `ended with ${code}\n${stdout}\n${stderr}`;
  }
}
