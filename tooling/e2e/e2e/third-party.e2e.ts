import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, inject, test } from "vitest";
import { attempt, run, type Place } from "../src/user/command.ts";
import { Machine } from "../src/user/machine.ts";
import { Project, type PackageManager } from "../src/user/project.ts";

const NAME = "hivemind-db-node-sqlite";
const SOURCE = fileURLToPath(new URL("../published/third-party", import.meta.url));
const MANAGERS: readonly PackageManager[] = ["npm", "pnpm"];

/** Somebody who has our packages and their docs, and nothing else of this repository. */
describe("a backend of another author", () => {
  let machine: Machine;
  let author: Place;

  beforeAll(async () => {
    machine = await Machine.at(inject("folder"), inject("registryUrl"));
    const folder = await machine.emptyFolder("author");
    cpSync(SOURCE, folder, { recursive: true });
    author = machine.in(folder);
    await run(["npm", "install", `@hivemind/db-core@${inject("versions")["@hivemind/db-core"]}`], author);
    await run(["npm", "run", "build"], author);
    await run(["npm", "publish", "--silent"], author);
  });

  test("finds the author's docs in the package", () => {
    const docs = join(author.cwd, "node_modules/@hivemind/db-core/docs/writing-a-backend.md");
    assert.ok(existsSync(docs));
  });

  test("passes the conformance suite", async () => {
    const { code, stdout, stderr } = await attempt(["npm", "test"], author);
    assert.equal(code, 0, stdout.slice(-10_000) + stderr);
    assert.match(stdout, /^ℹ tests [2-9]\d\d$/m);
    assert.match(stdout, /^ℹ skipped 0$/m);
  });

  test.each(MANAGERS)("is loaded by its name beside a node, with %s", async (manager) => {
    const project = await Project.empty(machine, manager);
    await project.install("@hivemind/example-node", NAME);
    await project.configure(NAME, { path: join(project.home, "clients.store") });

    const added = await project.command("example-node", [], "add kitchen\n");
    const key = added.stdout.trim();
    const restarted = await project.command("example-node", [], `who ${key}\nwho somebody\n`);

    assert.equal(restarted.stdout, "welcome kitchen\ndenied unknown-key\n", added.stderr + restarted.stderr);
  });
});
