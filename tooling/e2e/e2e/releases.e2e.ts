import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, inject, test } from "vitest";
import { Release } from "../src/release/release.ts";
import { run } from "../src/user/command.ts";
import { Machine } from "../src/user/machine.ts";
import { Project, type PackageManager } from "../src/user/project.ts";

const CORE = "@hivemind/db-core";
const JSON_BACKEND = "@hivemind/db-json";
const first = inject("versions");
let machine: Machine;

beforeAll(async () => {
  machine = await Machine.at(inject("folder"), inject("registryUrl"));
});

describe("each package has its own versions", () => {
  let later: Record<string, string>;
  let release: Release;

  beforeAll(async () => {
    release = await Release.of(machine);
    await release.version(JSON_BACKEND, "patch", "A mended thing");
    await release.publish();
    await release.version(CORE, "minor", "A new thing");
    await release.publish();
    later = await release.versions();
  });

  test("a change of one backend and of the core is a release of these two alone", async () => {
    const changed = Object.keys(first).filter((name) => later[name] !== first[name]);
    assert.deepEqual(changed.toSorted(), [CORE, JSON_BACKEND]);
    assert.match(await release.read("packages/db-json/CHANGELOG.md"), /A mended thing/);
    const tags = await release.tags();
    for (const name of [CORE, JSON_BACKEND]) assert.ok(tags.includes(`${name}@${later[name]}`), tags.join());
  });

  test.each<[string, PackageManager, core: () => string, backend: () => string]>([
    [
      "a newer backend beside the older core",
      "npm",
      () => first[CORE] ?? "",
      () => later[JSON_BACKEND] ?? "",
    ],
    ["an older backend beside a newer core", "npm", () => later[CORE] ?? "", () => first[JSON_BACKEND] ?? ""],
    [
      "a newer backend beside the older core",
      "pnpm",
      () => first[CORE] ?? "",
      () => later[JSON_BACKEND] ?? "",
    ],
    [
      "an older backend beside a newer core",
      "pnpm",
      () => later[CORE] ?? "",
      () => first[JSON_BACKEND] ?? "",
    ],
  ])("%s, with %s", async (_what, manager, core, backend) => {
    const project = await Project.empty(machine, manager);
    const said = await project.install(
      "@hivemind/example-node",
      `${CORE}@${core()}`,
      `${JSON_BACKEND}@${backend()}`,
    );
    assert.doesNotMatch(said, /peer/i);
    await project.configure(JSON_BACKEND);

    const { stdout, stderr } = await project.command("example-node", [], "add kitchen\nwho nobody\n");

    assert.match(stdout, /^[0-9a-f]{32}\ndenied unknown-key\n$/, stderr);
  });
});

test("a backend for another version of the API is refused, and the message says what to update", async () => {
  const tomorrow = await machine.emptyFolder("tomorrow");
  await mkdir(join(tomorrow, "dist"));
  await writeFile(join(tomorrow, "dist/plugin.js"), "throw new Error('must not be loaded');\n");
  await writeFile(
    join(tomorrow, "package.json"),
    JSON.stringify({
      name: "hivemind-db-tomorrow",
      version: "1.0.0",
      type: "module",
      "hivemind-db": { api: 999, plugin: "./dist/plugin.js" },
    }),
  );
  await run(["npm", "publish", "--silent"], machine.in(tomorrow));
  const project = await Project.empty(machine, "npm");
  await project.install("@hivemind/example-node", "hivemind-db-tomorrow");
  await project.configure("hivemind-db-tomorrow");

  const { code, stderr } = await project.command("example-node");

  assert.notEqual(code, 0);
  assert.match(stderr, /hivemind-db-tomorrow 1\.0\.0 cannot be used as a backend/);
  assert.match(stderr, /made for version 999 of the plugin API.*Update @hivemind\/db-core/);
});
