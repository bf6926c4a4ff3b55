/** What an operator reads whose backend is not installed: which package, the exact command, what there is. */
import { chmod, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, nodeScript, run } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";
import type { Tree } from "./support/temporary-folder.ts";

const OPEN = `opened({ database: { module: "@hivemind/db-sqlite" } }, { from: here })`;

async function messageIn(tree: Tree, script = "app/main.mjs", env: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  await writeTree(folder, { ...tree, [script]: nodeScript(OPEN) });
  const { error } = await run({ script: join(folder, script), cwd: "/", env });
  expect(error?.code).toBe("not-installed");
  return error?.message.replaceAll(folder, "FOLDER") ?? "";
}

const APP = { "app/package.json": { name: "node" } };

test("names the package, the command and its folder, what is installed, and where it looked", async () => {
  const message = await messageIn({
    ...APP,
    ...inFolder("app/node_modules", pluginPackage("@hivemind/db-json", { version: "1.0.0" })),
    ...inFolder("app/node_modules", pluginPackage("@example/db-log", { version: "0.3.1" })),
    ...inFolder("app/node_modules", pluginPackage("express", { declaration: null })),
  });

  expect(message).toBe(
    [
      "the database backend @hivemind/db-sqlite is not installed.",
      "Install it: npm install @hivemind/db-sqlite (in FOLDER/app)",
      "Installed backends: @example/db-log 0.3.1, @hivemind/db-json 1.0.0",
      "Looked in: FOLDER/app/node_modules",
    ].join("\n"),
  );
});

test("a Python hub's name is explained", async () => {
  const folder = await temporaryFolder();
  const script = join(folder, "main.mjs");

  const { error } = await ask({ script }, `opened({ database: { module: "hivemind-redis-db-plugin" } })`);

  expect(error?.code).toBe("not-installed");
  expect(error?.message).toContain(
    "the database backend @hivemind/db-redis is not installed, which is what hivemind-redis-db-plugin means here.",
  );
  expect(error?.message).toContain("Install it: npm install @hivemind/db-redis");
});

test.each([
  ["redis", "hivemind-redis-db-plugin"],
  ["hivemind-sqllite-db-plugin", "hivemind-sqlite-db-plugin"],
  ["@hivemnd/db-json", "@hivemind/db-json"],
])("%s is another package, and %s is what was meant", async (module, meant) => {
  const folder = await temporaryFolder();
  const { error } = await ask(
    { script: join(folder, "main.mjs") },
    `opened({ database: { module: "${module}" } })`,
  );
  expect(error?.message).toContain(`Did you mean ${meant}? Else install it: npm install ${module}`);
});

test.each<readonly [string, Tree, string]>([
  ["packageManager", { "app/package.json": { name: "x", packageManager: "pnpm@12.21.0" } }, "pnpm add"],
  ["pnpm-lock.yaml", { ...APP, "app/pnpm-lock.yaml": "" }, "pnpm add"],
  ["yarn.lock", { ...APP, "app/yarn.lock": "" }, "yarn add"],
  ["bun.lock", { ...APP, "app/bun.lock": "" }, "bun add"],
  ["package-lock.json", { ...APP, "app/package-lock.json": "{}" }, "npm install"],
  ["the workspace's lockfile above", { ...APP, "pnpm-lock.yaml": "", "pnpm-workspace.yaml": "" }, "pnpm add"],
  ["a workspace's root", { ...APP, "app/pnpm-lock.yaml": "", "app/pnpm-workspace.yaml": "" }, "pnpm add -w"],
  ["nothing at all", APP, "npm install"],
])("the package manager is known by %s", async (_what, tree, command) => {
  expect(await messageIn(tree)).toContain(`Install it: ${command} @hivemind/db-sqlite (in FOLDER/app)`);
});

test("the package manager that runs the node counts where the project says nothing", async () => {
  const env = { npm_config_user_agent: "pnpm/12.21.0 npm/? node/v24.0.0 linux x64" };

  expect(await messageIn(APP, "app/main.mjs", env)).toContain("Install it: pnpm add @hivemind");
  const project = { ...APP, "app/package-lock.json": "{}" };
  expect(await messageIn(project, "app/main.mjs", env)).toContain("Install it: npm install @hivemind");
});

test.each([
  ["npm", "lib/node_modules/@hivemind/db-cli/main.mjs", "npm install -g"],
  ["pnpm", "pnpm/global/v11/1-a/node_modules/@hivemind/db-cli/main.mjs", "pnpm add -g"],
  ["pnpm of old", "pnpm/global/5/node_modules/@hivemind/db-cli/main.mjs", "pnpm add -g"],
  ["yarn", "yarn/global/node_modules/@hivemind/db-cli/main.mjs", "yarn global add"],
  ["bun", ".bun/install/global/node_modules/@hivemind/db-cli/main.mjs", "bun add -g"],
])("a command that %s installed globally needs a global backend", async (_manager, script, command) => {
  const groupManifest = script.replace(/node_modules.*/, "package.json");
  const tree = command.startsWith("npm") ? {} : { [groupManifest]: { dependencies: {} } };

  expect(await messageIn(tree, script)).toContain(`Install it: ${command} @hivemind/db-sqlite\n`);
});

test("a command that is installed in a project needs its backend there", async () => {
  const script = "app/node_modules/@hivemind/db-cli/main.mjs";

  expect(await messageIn(APP, script)).toContain(
    "Install it: npm install @hivemind/db-sqlite (in FOLDER/app)",
  );
});

test("what npx fetches for once is no place to install anything", async () => {
  const tree = { "_npx/1a2b/package.json": { dependencies: {} } };
  const message = await messageIn(tree, "_npx/1a2b/node_modules/@hivemind/db-cli/main.mjs");

  expect(message).toContain("Install it: npm install @hivemind/db-sqlite\n");
});

test("a command that npm installed globally, called through a link below some project", async () => {
  const folder = await temporaryFolder();
  const command = "lib/node_modules/@hivemind/db-cli/main.mjs";
  await writeTree(folder, { "package.json": { name: "home" }, [command]: nodeScript(OPEN), "bin/.keep": "" });
  await symlink(join(folder, command), join(folder, "bin/hivemind-db.mjs"));

  const { error } = await run({ script: join(folder, "bin/hivemind-db.mjs"), cwd: "/" });

  expect(error?.message).toContain("Install it: npm install -g @hivemind/db-sqlite\n");
});

test("without a node_modules anywhere, it says from where there is none", async () => {
  const message = await messageIn(APP);

  expect(message).toContain("There is no node_modules above FOLDER/app, /");
});

test("a package.json that is only a mark for Node is no project", async () => {
  const tree = { ...APP, "app/dist/package.json": { type: "module" } };

  expect(await messageIn(tree, "app/dist/main.mjs")).toContain("(in FOLDER/app)");
});

test("a package.json in everyone's folder is no project", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    "open/package.json": { name: "planted", packageManager: "bun@1" },
    "open/app/.keep": "",
  });
  await chmod(join(folder, "open"), 0o1777);

  const { error } = await ask({ script: join(folder, "open/app/main.mjs"), cwd: "/" }, OPEN);

  expect(error?.message).toContain("Install it: npm install @hivemind/db-sqlite\n");
});
