/** A backend is found where Node would find it for the node itself, under every layout of package managers. */
import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, nodeScript, run } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const JSON_PLUGIN = "@hivemind/db-json";
const CONFIG = `{ database: { module: "${JSON_PLUGIN}", "${JSON_PLUGIN}": { name: "clients" } } }`;
const OPENED = { value: { plugin: JSON_PLUGIN, options: { name: "clients" } } };

test("npm: the node's own node_modules", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("app/node_modules", pluginPackage(JSON_PLUGIN)),
    "app/src/marker": "",
    "elsewhere/marker": "",
  });

  const node = { script: join(folder, "app/src/main.mjs"), cwd: join(folder, "elsewhere") };
  const answer = await ask(node, `opened(${CONFIG}, { from: here })`);

  expect(answer).toEqual(OPENED);
});

test("npm: found from the running script alone, and from a path or a URL object as well", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, inFolder("app/node_modules", pluginPackage(JSON_PLUGIN)));
  const script = join(folder, "app/main.mjs");

  expect(await ask({ script, cwd: "/" }, `opened(${CONFIG})`)).toEqual(OPENED);
  await writeTree(folder, { "other/marker": "" });
  const other = { script: join(folder, "other/main.mjs"), cwd: "/" };
  const app = JSON.stringify(join(folder, "app"));
  expect(await ask(other, `opened(${CONFIG}, { from: ${app} })`)).toEqual(OPENED);
  expect(await ask(other, `opened(${CONFIG}, { from: [here, new URL("../app/", here)] })`)).toEqual(OPENED);
});

test("pnpm's strict layout: the backend and its own dependency are behind links", async () => {
  const folder = await temporaryFolder();
  const store = "app/node_modules/.pnpm";
  const dependency = { "package.json": { name: "driver", type: "module", exports: "./driver.js" } };
  await writeTree(folder, {
    ...inFolder(
      `${store}/@hivemind+db-json@1.2.3/node_modules`,
      pluginPackage(JSON_PLUGIN, {
        prologue: `import { driver } from "driver"; if (!driver) throw new Error();`,
      }),
    ),
    ...inFolder(`${store}/driver@1.0.0/node_modules/driver`, dependency),
    [`${store}/driver@1.0.0/node_modules/driver/driver.js`]: "export const driver = true;",
    "app/node_modules/@hivemind/.keep": "",
  });
  await symlink(
    "../.pnpm/@hivemind+db-json@1.2.3/node_modules/@hivemind/db-json",
    join(folder, "app/node_modules", JSON_PLUGIN),
  );
  await symlink(
    "../../driver@1.0.0/node_modules/driver",
    join(folder, store, "@hivemind+db-json@1.2.3/node_modules/driver"),
  );

  const answer = await ask(
    { script: join(folder, "app/main.mjs"), cwd: "/" },
    `opened(${CONFIG}, { from: here })`,
  );

  expect(answer).toEqual(OPENED);
});

test("a monorepo: hoisted to the root, and linked from the workspace", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("packages/sources", pluginPackage(JSON_PLUGIN)),
    "node_modules/@hivemind/.keep": "",
    "packages/node/package.json": { name: "node" },
  });
  await symlink("../../packages/sources/@hivemind/db-json", join(folder, "node_modules", JSON_PLUGIN));

  const script = join(folder, "packages/node/main.mjs");
  const answer = await ask({ script, cwd: "/" }, `opened(${CONFIG}, { from: here })`);

  expect(answer).toEqual(OPENED);
});

test("a CommonJS caller", async () => {
  const folder = await temporaryFolder();
  const registry = new URL("../../src/registry/index.ts", import.meta.url).href;
  await writeTree(folder, {
    ...inFolder("node_modules", pluginPackage(JSON_PLUGIN)),
    "main.cjs": `
      import(${JSON.stringify(registry)})
        .then((core) => core.openDatabase(${CONFIG}, { from: __filename }))
        .then((db) => console.log(JSON.stringify({ value: db.plugin.name })));`,
  });

  expect(await run({ script: join(folder, "main.cjs"), cwd: "/" })).toEqual({ value: JSON_PLUGIN });
});

test("a global install: beside the command that was called through a link", async () => {
  const folder = await temporaryFolder();
  const library = "lib/node_modules";
  await writeTree(folder, {
    ...inFolder(library, pluginPackage(JSON_PLUGIN)),
    [`${library}/@hivemind/db-cli/dist/main.mjs`]: nodeScript(`opened(${CONFIG}, { from: here })`),
    "bin/.keep": "",
  });
  await symlink(`../${library}/@hivemind/db-cli/dist/main.mjs`, join(folder, "bin/hivemind-db.mjs"));

  expect(await run({ script: join(folder, "bin/hivemind-db.mjs"), cwd: "/" })).toEqual(OPENED);
});

test("a global install of pnpm 11 and later: each package in a group of its own, its files in the store", async () => {
  const folder = await temporaryFolder();
  const global = "pnpm/global/v11";
  await writeTree(folder, {
    ...inFolder("pnpm/store/plugin/node_modules", pluginPackage(JSON_PLUGIN)),
    "pnpm/store/cli/node_modules/@hivemind/db-cli/main.mjs": nodeScript(`opened(${CONFIG}, { from: here })`),
    [`${global}/1-a/node_modules/@hivemind/.keep`]: "",
    [`${global}/2-b/node_modules/@hivemind/.keep`]: "",
  });
  const scope = join(folder, global, "{}/node_modules/@hivemind");
  await symlink(
    "../../../../../store/cli/node_modules/@hivemind/db-cli",
    join(scope.replace("{}", "1-a"), "db-cli"),
  );
  await symlink(
    "../../../../../store/plugin/node_modules/@hivemind/db-json",
    join(scope.replace("{}", "2-b"), "db-json"),
  );
  await symlink("1-a", join(folder, global, "hash-of-cli"));
  await symlink("2-b", join(folder, global, "hash-of-json"));

  const script = join(folder, global, "hash-of-cli/node_modules/@hivemind/db-cli/main.mjs");
  expect(await run({ script, cwd: "/" })).toEqual(OPENED);
});

test("the folder of the config goes before the node's own", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    ...inFolder("etc/node_modules", pluginPackage(JSON_PLUGIN, { version: "2.0.0" })),
    ...inFolder("app/node_modules", pluginPackage(JSON_PLUGIN, { version: "1.0.0" })),
    "etc/server.json": { database: { module: JSON_PLUGIN } },
  });
  const config = JSON.stringify(join(folder, "etc/server.json"));

  const node = { script: join(folder, "app/main.mjs"), cwd: "/" };
  const answer = await ask(
    node,
    `core.resolvePlugin(${config}, { from: here }).then(({ folder }) => folder)`,
  );

  expect(answer).toEqual({ value: join(folder, "etc/node_modules", JSON_PLUGIN) });
});

test("never from the place of core alone", async () => {
  const folder = await temporaryFolder();
  await cp(new URL("../../src", import.meta.url), join(folder, "core/src"), { recursive: true });
  await writeTree(folder, {
    ...inFolder("core/node_modules", pluginPackage(JSON_PLUGIN)),
    "app/main.mjs": nodeScript(
      `opened(${CONFIG}, { from: here })`,
      join(folder, "core/src/registry/index.ts"),
    ),
  });

  const answer = await run({ script: join(folder, "app/main.mjs"), cwd: "/" });

  expect(answer).toMatchObject({ error: { code: "not-installed" } });
});

test("`from` must say where it is", async () => {
  const folder = await temporaryFolder();
  const script = join(folder, "main.mjs");

  for (const from of [`"relative/path"`, `"https://example.org/main.js"`, `"."`]) {
    expect(await ask({ script }, `opened(${CONFIG}, { from: ${from} })`)).toMatchObject({
      error: { name: "TypeError" },
    });
  }
});
