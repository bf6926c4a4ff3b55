import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publishedPackages } from "../../../tasks/src/packages.ts";
import { ROOT } from "../../../tasks/src/paths.ts";
import { run, type Place } from "../user/command.ts";
import type { Machine } from "../user/machine.ts";
import { copyRepository } from "./working-copy.ts";

type Bump = "patch" | "minor" | "major";

/** The repository's own release steps, as .github/workflows/release.yml takes them, against any registry. */
export class Release {
  readonly #folder: string;
  readonly #place: Place;

  private constructor(folder: string, place: Place) {
    this.#folder = folder;
    this.#place = place;
  }

  static async of(machine: Machine): Promise<Release> {
    const folder = await machine.emptyFolder("release");
    await copyRepository(folder);
    const author = { name: "release", email: "release@example.invalid" };
    const place = machine.in(folder, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    });
    await run(["git", "init", "--quiet", "--initial-branch=main"], place);
    const release = new Release(folder, place);
    await release.#commit("as it is");
    // What is noted already belongs to the first release.
    const waiting = await readdir(join(folder, ".changeset"));
    if (waiting.some((name) => name.endsWith(".md") && name !== "README.md")) {
      await release.#changeset("version");
      await release.#commit("what was noted");
    }
    return release;
  }

  /** Notes a change of one package, and makes versions and changelogs of all that is noted. */
  async version(packageName: string, bump: Bump, text: string): Promise<void> {
    const note = `---\n"${packageName}": ${bump}\n---\n\n${text}\n`;
    await writeFile(join(this.#folder, ".changeset/from-e2e.md"), note);
    await this.#changeset("version");
    await this.#commit(text);
  }

  /** Publishes what the registry does not have yet. */
  async publish(): Promise<string> {
    const { stdout, stderr } = await this.#changeset("publish");
    return stdout + stderr;
  }

  async versions(): Promise<Record<string, string>> {
    const entries = publishedPackages().map(async ({ name, folder }) => {
      const manifest: { version: string } = JSON.parse(
        await this.read(join(folder.slice(ROOT.length), "package.json")),
      );
      return [name, manifest.version] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  read(path: string): Promise<string> {
    return readFile(join(this.#folder, path), "utf8");
  }

  async tags(): Promise<readonly string[]> {
    const { stdout } = await run(["git", "tag", "--list"], this.#place);
    return stdout.trim().split("\n");
  }

  #changeset(command: "version" | "publish") {
    return run(["pnpm", "exec", "changeset", command], this.#place);
  }

  async #commit(message: string): Promise<void> {
    await run(["git", "add", "--all"], this.#place);
    await run(["git", "commit", "--quiet", "--message", message], this.#place);
  }
}
