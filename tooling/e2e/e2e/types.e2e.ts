import assert from "node:assert/strict";
import { join } from "node:path";
import { beforeAll, describe, inject, test } from "vitest";
import { BACKENDS } from "../src/backends.ts";
import { Machine } from "../src/user/machine.ts";
import { Project } from "../src/user/project.ts";

/** The one that we use, and the last one of the line before it, which most projects have. */
const COMPILERS = { typescript7: "npm:typescript@7", typescript5: "npm:typescript@5.9" };
const RESOLUTIONS = {
  nodenext: ["--module", "nodenext"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
};

const MODULE = `
import { openDatabase, readConfig, type Client } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import { conformance } from "@hivemind/db-core/conformance";
import memory from "@hivemind/db-core/memory";
${BACKENDS.map(({ name }, index) => `import plugin${index} from "${name}";`).join("\n")}

export const plugins: readonly BackendPlugin[] = [memory, ${BACKENDS.map((_, index) => `plugin${index}`).join()}];
export const suite: typeof conformance = conformance;
const db = await openDatabase(await readConfig(), { plugins: [memory] });
const client: Client | undefined = await db.getClient(1);
// @ts-expect-error a client holds no secret
client?.password;
await db.close();
`;

// TypeScript knows since 5.8 that Node's require() takes an ES module.
const COMMONJS = `
import core = require("@hivemind/db-core");
import type { Client } from "@hivemind/db-core" with { "resolution-mode": "import" };
export const open: typeof core.openDatabase = core.openDatabase;
export type Known = Client;
`;

let project: Project;

beforeAll(async () => {
  const machine = await Machine.at(inject("folder"), inject("registryUrl"));
  project = await Project.empty(machine, "npm");
  const versions = inject("versions");
  await project.install(
    ...["@hivemind/db-core", ...BACKENDS.map(({ name }) => name)].map((name) => `${name}@${versions[name]}`),
    ...Object.entries(COMPILERS).map(([alias, source]) => `${alias}@${source}`),
    "@types/node@22",
  );
  await project.write("consumer.mts", MODULE);
  await project.write("consumer.cts", COMMONJS);
});

describe.each(Object.keys(COMPILERS))("%s", (compiler) => {
  test.each(Object.entries(RESOLUTIONS))("types resolve under %s", async (_name, flags) => {
    assert.equal(await typeErrors(compiler, "consumer.mts", flags), "");
  });

  test("types resolve for CommonJS", async () => {
    assert.equal(await typeErrors(compiler, "consumer.cts", RESOLUTIONS.nodenext), "");
  });
});

async function typeErrors(compiler: string, file: string, flags: readonly string[]): Promise<string> {
  // Our declarations are checked too (no skipLibCheck), with no option of ours but the strict ones.
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib"];
  const lib = "es2024,esnext.disposable";
  const tsc = join(project.folder, "node_modules", compiler, "bin/tsc");
  const { code, stdout, stderr } = await project.node(
    tsc,
    ...options,
    lib,
    "--types",
    "node",
    ...flags,
    file,
  );
  return code === 0 ? "" : `tsc ended with ${code}: ${stdout}${stderr}`;
}
