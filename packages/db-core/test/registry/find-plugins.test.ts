import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const CAPABILITIES = { encryption: true, multiNode: false, durability: false, backup: false };

test("lists what is installed with version and capabilities, and what is wrong with it", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("app/node_modules", pluginPackage("@hivemind/db-json", { version: "1.4.0" })),
    ...inFolder("node_modules", pluginPackage("@hivemind/db-json", { version: "0.9.0" })),
    ...inFolder("node_modules", pluginPackage("db-log")),
    ...inFolder(
      "app/node_modules",
      pluginPackage("db-next", { declaration: { api: 2, plugin: "./dist/plugin.js" } }),
    ),
    ...inFolder(
      "app/node_modules",
      pluginPackage("db-broken", { prologue: `throw new Error("no driver");` }),
    ),
  });

  const { value } = await ask(
    { script: join(folder, "app/main.mjs"), cwd: "/" },
    "core.findPlugins({ from: here })",
  );

  const plugins = value as { readonly name: string; readonly folder: string; readonly problem?: string }[];
  expect(plugins.map(({ name }) => name)).toEqual(["@hivemind/db-json", "db-broken", "db-log", "db-next"]);
  expect(plugins[0]).toEqual({
    name: "@hivemind/db-json",
    version: "1.4.0",
    apiVersion: 1,
    folder: join(folder, "app/node_modules/@hivemind/db-json"),
    capabilities: CAPABILITIES,
  });
  expect(plugins[1]?.problem).toContain("failed to load: no driver");
  expect(plugins[2]).toMatchObject({ version: "1.2.3", folder: join(folder, "node_modules/db-log") });
  expect(plugins[3]).toMatchObject({ apiVersion: 2 });
  expect(plugins[3]?.problem).toContain("version 2 of the plugin API");
});

test("imports no package that does not declare itself a backend", async () => {
  const folder = await temporaryFolder();
  const trace = join(folder, "imported");
  const prologue = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "");`;
  await writeTree(folder, {
    ...inFolder("node_modules", pluginPackage("@hivemind/db-json", { declaration: null, prologue })),
    ...inFolder("node_modules", pluginPackage("hivemind-json-db-plugin", { declaration: null, prologue })),
    ...inFolder("node_modules/.hidden", pluginPackage("db-hidden", { prologue })),
    "node_modules/broken/package.json": "{",
    "node_modules/file": "",
  });

  const answer = await ask(
    { script: join(folder, "main.mjs"), cwd: "/" },
    "core.findPlugins({ from: here })",
  );

  expect(answer).toEqual({ value: [] });
  await expect(stat(trace)).rejects.toMatchObject({ code: "ENOENT" });
});

test("searches from the folder of a config", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("etc/node_modules", pluginPackage("db-log")),
    "etc/server.json": {},
    "app/.keep": "",
  });
  const config = `core.readConfig(${JSON.stringify(join(folder, "etc/server.json"))})`;
  const node = { script: join(folder, "app/main.mjs"), cwd: "/" };

  const answer = await ask(node, `${config}.then((config) => core.findPlugins({ config }))`);

  expect(answer).toMatchObject({ value: [{ name: "db-log" }] });
});

test("many packages are no problem", async () => {
  const folder = await temporaryFolder();
  const many = Array.from({ length: 1500 }, (_, i) => [
    `node_modules/package-${i}/package.json`,
    { name: `package-${i}` },
  ]);
  await writeTree(folder, {
    ...Object.fromEntries(many),
    ...inFolder("node_modules", pluginPackage("db-log")),
  });

  const answer = await ask(
    { script: join(folder, "main.mjs"), cwd: "/" },
    "core.findPlugins({ from: here })",
  );

  expect(answer).toMatchObject({ value: [{ name: "db-log" }] });
});
