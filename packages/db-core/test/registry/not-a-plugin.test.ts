/** A package that is no backend for this release: a clear error, and nothing of it runs that need not. */
import { stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { assert, expect, test } from "vitest";
import { isDbError } from "../../src/errors.ts";
import { resolvePlugin } from "../../src/registry/index.ts";
import { inFolder, pluginPackage, pluginSource } from "./support/plugin-package.ts";
import type { PluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const NAME = "@example/db-other";

/** The error of a node in this folder. */
async function failureIn(folder: string): Promise<unknown> {
  return resolvePlugin({ database: { module: NAME } }, { from: folder }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function failureWith(package_: PluginPackage): Promise<unknown> {
  const folder = await temporaryFolder();
  await writeTree(folder, { ...inFolder("node_modules", pluginPackage(NAME, package_)), "outside.js": "" });
  return failureIn(folder);
}

const changed = (from: string, to: string): string => pluginSource(NAME).replace(from, to);

test.each<readonly [string, PluginPackage, readonly string[]]>([
  ["declares nothing", { declaration: null }, [`its package.json has no "hivemind-db" entry`]],
  [
    "declares what is no object",
    { declaration: "yes" },
    [`"hivemind-db" in its package.json is not an object`],
  ],
  [
    "declares a newer API",
    { declaration: { api: 2, plugin: "./dist/plugin.js" } },
    ["version 2 of the plugin API", "has version 1", "Update @hivemind/db-core"],
  ],
  [
    "declares an older API",
    { declaration: { api: 0, plugin: "./dist/plugin.js" } },
    ["version 0 of the plugin API", "has version 1", `Update ${NAME}`],
  ],
  [
    "declares no API",
    { declaration: { plugin: "./dist/plugin.js" } },
    ["version no number of the plugin API"],
  ],
  [
    "declares no file",
    { declaration: { api: 1 } },
    [`"hivemind-db".plugin in its package.json is not the path`],
  ],
  [
    "declares a bare name",
    { declaration: { api: 1, plugin: "plugin.js" } },
    ["is not the path of a file in it"],
  ],
  [
    "declares a file that is not there",
    { declaration: { api: 1, plugin: "./dist/missing.js" } },
    ["its file ./dist/missing.js is not there"],
  ],
  [
    "declares a file outside",
    { declaration: { api: 1, plugin: "./../../../outside.js" } },
    ["leads out of the package"],
  ],
  [
    "throws when imported",
    { prologue: `throw new Error("no driver here");` },
    ["failed to load: no driver here"],
  ],
  ["throws nothing of use", { prologue: `throw null;` }, ["failed to load: it threw what is no error"]],
  ["is no JavaScript", { source: "<html>" }, ["failed to load"]],
  ["lacks a dependency", { prologue: `import "missing-driver";` }, ["failed to load", "missing-driver"]],
  [
    "exports nothing by default",
    { source: "export const plugin = 1;" },
    ["Missing or wrong: apiVersion (1); name"],
  ],
  [
    "exports another API",
    { source: changed("apiVersion: 1", "apiVersion: 7") },
    ["version 7 of the plugin API"],
  ],
  ["has no capabilities", { source: changed("backup: false", "") }, ["Missing or wrong: capabilities"]],
  [
    "has no schema",
    { source: changed(`"~standard"`, "standard") },
    ["Missing or wrong: options (a Standard"],
  ],
  ["has no secretOptions", { source: changed("secretOptions: [", "secrets: [") }, ["wrong: secretOptions"]],
  ["cannot open", { source: changed("open: async", "opens: async") }, ["Missing or wrong: open"]],
  [
    "has another name",
    { source: pluginSource("@example/other") },
    [`is named ${NAME}, but its plugin "@example/other"`],
  ],
])("a package that %s", async (_what, package_, expected) => {
  const error = await failureWith(package_);

  assert(isDbError(error));
  expect(error).toMatchObject({ code: "not-a-plugin", backend: NAME });
  expect(error.message).toContain(`${NAME} 1.2.3 cannot be used as a backend`);
  for (const part of expected) expect(error.message).toContain(part);
});

test("a plugin that cannot run here may say so in our own terms", async () => {
  // An error of another copy of core, known by its brand.
  const prologue = `
    const error = Object.assign(new Error("needs another platform"), { code: "unsupported" });
    throw Object.defineProperty(error, Symbol.for("@hivemind/db-core.DbError"), { value: true });`;

  expect(await failureWith({ prologue })).toMatchObject({
    code: "unsupported",
    message: "needs another platform",
  });
});

test("the declared file must not be a link to another one outside", async () => {
  const folder = await temporaryFolder();
  const trace = join(folder, "imported");
  await writeTree(folder, {
    ...inFolder("node_modules", pluginPackage(NAME, { declaration: { api: 1, plugin: "./dist/link.js" } })),
    "outside.js": `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "");`,
  });
  await symlink(join(folder, "outside.js"), join(folder, "node_modules", NAME, "dist/link.js"));

  expect(await failureIn(folder)).toMatchObject({ code: "not-a-plugin" });
  await expect(stat(trace)).rejects.toMatchObject({ code: "ENOENT" });
});

test.each([
  ["not JSON", "{"],
  ["not an object", "[]"],
  ["not UTF-8", new Uint8Array([0x7b, 0xff])],
])("a package.json that is %s", async (_what, content) => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("node_modules", pluginPackage(NAME)),
    [`node_modules/${NAME}/package.json`]: content,
  });

  const expected = {
    code: "not-a-plugin",
    message: expect.stringContaining("its package.json cannot be used"),
  };
  expect(await failureIn(folder)).toMatchObject(expected);
});

test("what an uninstalled package left behind does not hide one further up", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("node_modules", pluginPackage(NAME)),
    [`app/node_modules/${NAME}/left-behind`]: "",
  });

  const found = await resolvePlugin({ database: { module: NAME } }, { from: join(folder, "app") });

  expect(found.folder).toBe(join(folder, "node_modules", NAME));
});
