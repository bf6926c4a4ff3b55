/** The backend that a config names, by our name or by the Python hubs'. */
import { expect, onTestFinished, test } from "vitest";
import { openDatabase, resolvePlugin } from "../../src/registry/index.ts";
import memory from "../../src/memory/plugin.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const JSON_NAME = "@hivemind/db-json";
const ALIAS = "hivemind-json-db-plugin";
const json = givenPlugin(JSON_NAME);

test.each([
  ["the package's name", { module: JSON_NAME, [JSON_NAME]: { name: "a" } }, { name: "a" }],
  ["a Python hub's name", { module: ALIAS, [ALIAS]: { name: "a" } }, { name: "a" }],
  ["only `module` changed to ours", { module: JSON_NAME, [ALIAS]: { name: "a" } }, { name: "a" }],
  ["only `module` changed back", { module: ALIAS, [JSON_NAME]: { name: "a" } }, { name: "a" }],
  [
    "both blocks: the one named as the module",
    { module: ALIAS, [JSON_NAME]: { name: "a" }, [ALIAS]: { name: "b" } },
    { name: "b" },
  ],
  [
    "both blocks, the other way",
    { module: JSON_NAME, [JSON_NAME]: { name: "a" }, [ALIAS]: { name: "b" } },
    { name: "a" },
  ],
  [
    "a null block and the other",
    { module: JSON_NAME, [JSON_NAME]: null, [ALIAS]: { name: "b" } },
    { name: "b" },
  ],
  ["blocks of other backends", { module: JSON_NAME, "hivemind-redis-db-plugin": { name: "c" } }, {}],
  ["no block", { module: JSON_NAME }, {}],
])("%s", async (_what, database, expected) => {
  const resolved = await resolvePlugin({ database }, { plugins: [givenPlugin("other"), json] });

  expect(resolved).toMatchObject({
    plugin: json,
    moduleName: JSON_NAME,
    folder: undefined,
    options: expected,
  });
});

test("a block under a name of Object's own is nobody's", async () => {
  const plugin = givenPlugin("constructor");

  expect(await resolvePlugin({ database: { module: "constructor" } }, { plugins: [plugin] })).toMatchObject({
    options: {},
  });
});

test("an error names the block as it is in the config", async () => {
  const plugin = givenPlugin(JSON_NAME, {
    validate: () => ({ issues: [{ message: "no", path: ["name"] }] }),
  });
  const database = { module: JSON_NAME, [ALIAS]: { name: "a" } };

  const resolved = resolvePlugin({ database }, { plugins: [plugin] });

  await expect(resolved).rejects.toMatchObject({ message: `database."${ALIAS}".name: given "a"; no` });
});

test.each([[[]], [[json]]])("plugins that were given are all there is", async (plugins) => {
  const folder = await temporaryFolder();
  await writeTree(folder, inFolder("node_modules", pluginPackage("db-log")));

  const resolved = resolvePlugin({ database: { module: "db-log" } }, { plugins, from: folder });

  await expect(resolved).rejects.toMatchObject({ code: "not-installed", backend: "db-log" });
});

test("what was given must be a plugin", async () => {
  const plugins = [{ ...json, apiVersion: 2 as 1 }];

  const resolved = resolvePlugin({ database: {} }, { plugins });

  await expect(resolved).rejects.toMatchObject({
    code: "not-a-plugin",
    message: /Missing or wrong: apiVersion/,
  });
});

test("a given plugin is opened", async () => {
  const config = { database: { module: memory.name } };

  const database = await openDatabase(config, { plugins: [memory], create: true });
  onTestFinished(() => database.close());

  expect(database.lifecycle).toBe("open");
  expect((await database.addClient({ name: "satellite" })).client.id).toBe(1);
  await expect(openDatabase(config, { plugins: [memory] })).rejects.toMatchObject({
    code: "missing-store",
  });
});
