import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import { startRedis, type RedisServer } from "../../redis/src/main.ts";
import { ROOT } from "../../tasks/src/paths.ts";
import { BACKENDS, foreignTo } from "../src/backends.ts";
import { footprintFile, type Footprint } from "../src/footprint.ts";
import { bytesOf, installedPackages } from "../src/user/installed.ts";
import { Machine } from "../src/user/machine.ts";
import { Project, type PackageManager } from "../src/user/project.ts";

const MANAGERS: readonly PackageManager[] = ["npm", "pnpm"];
const versions = inject("versions");
const footprints: Footprint[] = [];
let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  const file = footprintFile();
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(footprints, undefined, 2));
});

describe.each(MANAGERS)("with %s", (manager) => {
  test.each(BACKENDS)("a node runs on $name and on nothing of the others", async (backend) => {
    const machine = await Machine.at(inject("folder"), inject("registryUrl"));
    const project = await Project.empty(machine, manager);
    const said = await project.install(
      "@hivemind/example-node",
      `@hivemind/db-core@${versions["@hivemind/db-core"]}`,
      `${backend.name}@${versions[backend.name]}`,
    );

    const nodeModules = join(project.folder, "node_modules");
    const tree = installedPackages(nodeModules);
    const names = tree.map(({ name }) => name);
    for (const wanted of ["@hivemind/db-core", backend.name, ...backend.drivers]) {
      assert.equal(names.filter((name) => name === wanted).length, 1, `${wanted}, once, in ${names.join()}`);
    }
    for (const foreign of foreignTo(backend)) assert.ok(!names.includes(foreign), `${foreign} is installed`);
    assert.deepEqual(
      tree.filter(({ hasInstallScript }) => hasInstallScript),
      [],
    );
    assert.doesNotMatch(said, /ignored build scripts|approve|deprecated|peer/i);

    await project.configure(backend.name, backend.options(redis));
    const added = await project.command("example-node", [], "add kitchen\n");
    assert.equal(added.code, 0, added.stderr);
    const key = added.stdout.trim();
    const restarted = await project.command("example-node", [], `who ${key}\nwho somebody\n`);
    assert.equal(restarted.stdout, "welcome kitchen\ndenied unknown-key\n", restarted.stderr);

    const packages = names.filter((name) => name !== "@hivemind/example-node").length;
    const bytes = bytesOf(nodeModules);
    footprints.push({ manager, backend: backend.name, packages, bytes });
    const [, stated, megabytes] = /(\d+) packages, (\d+) MB/.exec(readmeRow(backend.name)) ?? [];
    assert.equal(Number(stated), packages, "packages that the README states");
    // Drivers grow by the release: what matters is the order.
    const measured = bytes / 1e6;
    assert.ok(Math.abs(Number(megabytes) - measured) < 2, `README: ${megabytes} MB, measured: ${measured}`);
  });
});

test("SQLite comes compiled for every platform that docs/docker.md names", async () => {
  const machine = await Machine.at(inject("folder"), inject("registryUrl"));
  const project = await Project.empty(machine, "npm");
  await project.install("@hivemind/db-core", "@hivemind/db-sqlite");

  const compiled = readdirSync(join(project.folder, "node_modules/better-sqlite3/prebuilds"));

  for (const platform of ["linux-x64", "linux-arm64", "linuxmusl-x64", "linuxmusl-arm64"]) {
    assert.ok(compiled.includes(`${platform}.node`), `${platform} is not among ${compiled.join()}`);
  }
});

/** What the root README says of this backend. */
function readmeRow(name: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return readme.split("\n").find((line) => line.startsWith(`| [\`${name}\`]`)) ?? "";
}
