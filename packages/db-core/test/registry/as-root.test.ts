/** Root loads nothing that another user could have put there, wherever the config is. */
import { chmod, chown, lchown, mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask } from "./support/node-process.ts";
import type { Answer } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";
import type { Tree } from "./support/temporary-folder.ts";

const NAME = "@hivemind/db-json";
const OTHER = 65534;
const ANOTHER_GROUP = 4242;

/** A backend that leaves a trace when it is imported. */
function tracked(trace: string, version = "1.2.3"): Tree {
  return pluginPackage(NAME, {
    version,
    prologue: `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "");`,
  });
}

interface Machine {
  readonly folder: string;
  /** Runs root's command, in a folder of its own, on the config of the user. */
  readonly run: () => Promise<Answer>;
  readonly isImported: () => Promise<boolean>;
}

/** A user's home with a config and a backend beside it: all root's, until the test gives it away. */
async function machine(): Promise<Machine> {
  const folder = await temporaryFolder();
  const trace = join(folder, "imported");
  // Others can come here, or who owns a home in it would not matter.
  await chmod(folder, 0o755);
  await writeTree(folder, {
    ...inFolder("home/node_modules", tracked(trace)),
    "home/server.json": { database: { module: NAME } },
    "command/.keep": "",
  });
  const config = JSON.stringify(join(folder, "home/server.json"));
  return {
    folder,
    run: async () => ask({ script: join(folder, "command/main.mjs"), cwd: "/" }, `opened(${config})`),
    isImported: async () =>
      stat(trace).then(
        () => true,
        () => false,
      ),
  };
}

async function give(folder: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await lchown(join(folder, path), OTHER, OTHER);
}

describe.runIf(process.geteuid?.() === 0)("as root", () => {
  test("root's own is loaded, beside any config", async () => {
    const { run } = await machine();

    expect(await run()).toMatchObject({ value: { plugin: NAME } });
  });

  const PACKAGE = `home/node_modules/${NAME}`;

  test.each([
    ["all of it", ["home", "home/node_modules", `${PACKAGE}/dist/plugin.js`]],
    ["the folder that the config is in", ["home"]],
    ["the node_modules", ["home/node_modules"]],
    ["the scope", ["home/node_modules/@hivemind"]],
    ["the package", [PACKAGE]],
    ["its package.json", [`${PACKAGE}/package.json`]],
    ["the folder of its entry", [`${PACKAGE}/dist`]],
    ["its entry", [`${PACKAGE}/dist/plugin.js`]],
  ])("another user's is not: %s", async (_what, paths) => {
    const { folder, run, isImported } = await machine();
    await give(folder, ...paths);

    const { error } = await run();

    expect(error?.code).toBe("not-installed");
    expect(error?.message).toContain(`because this runs as root, and ${folder}/`);
    expect(error?.message).toContain(" is user 65534's\n");
    expect(await isImported()).toBe(false);
  });

  test.each(["home", "home/node_modules", PACKAGE, `${PACKAGE}/dist/plugin.js`])(
    "what another group can write is not: %s",
    async (path) => {
      const { folder, run, isImported } = await machine();
      await chown(join(folder, path), 0, ANOTHER_GROUP);
      await chmod(join(folder, path), 0o775);

      const { error } = await run();

      expect(error?.message).toContain(
        `this runs as root, and its group can write to ${join(folder, path)}\n`,
      );
      expect(error?.message).toContain("Install the backend as root beside the command");
      expect(error?.message).not.toContain("sudo");
      expect(await isImported()).toBe(false);
    },
  );

  test("a link of root's into another user's folder is not followed", async () => {
    const { folder, run, isImported } = await machine();
    await mkdir(join(folder, "etc"));
    await writeTree(folder, { "etc/server.json": { database: { module: NAME } } });
    await symlink("../home/node_modules", join(folder, "etc/node_modules"));
    await give(folder, "home");

    const config = JSON.stringify(join(folder, "etc/server.json"));
    const node = { script: join(folder, "command/main.mjs"), cwd: "/" };

    expect(await run()).toMatchObject({ error: { code: "not-installed" } });
    expect(await ask(node, `opened(${config})`)).toMatchObject({ error: { code: "not-installed" } });
    expect(await isImported()).toBe(false);
  });

  test("past what is refused, what root installed beside its command is loaded", async () => {
    const { folder, run } = await machine();
    await writeTree(folder, inFolder("command/node_modules", pluginPackage(NAME)));
    await give(folder, "home");

    expect(await run()).toMatchObject({ value: { plugin: NAME } });
  });

  test("the error says what to do, for the folder and for the package", async () => {
    const { folder, run } = await machine();
    await give(folder, `${PACKAGE}/dist/plugin.js`);
    const refused = `because this runs as root, and FOLDER/${PACKAGE}/dist/plugin.js is user 65534's`;

    expect((await run()).error?.message.replaceAll(folder, "FOLDER").split("\n")).toEqual([
      "the database backend @hivemind/db-json is not installed.",
      "Install it: npm install @hivemind/db-json",
      "Installed backends: none",
      "Looked in: FOLDER/home/node_modules",
      `Not loaded: FOLDER/${PACKAGE}, ${refused}`,
      "Root loads only what nobody else can change. Install the backend as root beside the command, or run it " +
        "as the user whose backend that is: sudo -u '#65534' ...",
    ]);
    await give(folder, "home");
    expect((await run()).error?.message.replaceAll(folder, "FOLDER")).toContain(
      "Not looked in: FOLDER/home/node_modules, because this runs as root, and FOLDER/home is user 65534's\n",
    );
  });

  test("another user's is not listed, nor imported for that", async () => {
    const { folder, isImported } = await machine();
    await give(folder, PACKAGE);
    const node = { script: join(folder, "command/main.mjs"), cwd: "/" };
    const home = JSON.stringify(join(folder, "home"));

    expect(await ask(node, `core.findPlugins({ from: ${home} })`)).toEqual({ value: [] });
    expect(await isImported()).toBe(false);
  });

  test.each([
    ["the running script is that user's", ["command/main.mjs"]],
    ["root built the script in a folder of that user's, as in a mounted checkout", ["command"]],
  ])("another user's is loaded where %s", async (_what, paths) => {
    const { folder, run } = await machine();
    await writeTree(folder, { "command/main.mjs": "" });
    await give(folder, "home", "home/node_modules", PACKAGE, ...paths);

    expect(await run()).toMatchObject({ value: { plugin: NAME } });
  });

  test("what a group can write is loaded where that group can write the running script", async () => {
    const { folder, run } = await machine();
    for (const path of ["home", "home/node_modules", "command"]) {
      await chown(join(folder, path), 0, ANOTHER_GROUP);
      await chmod(join(folder, path), 0o775);
    }

    expect(await run()).toMatchObject({ value: { plugin: NAME } });
  });

  test("the script's owner is trusted, and no third user", async () => {
    const { folder, run, isImported } = await machine();
    await give(folder, "command");
    await chown(join(folder, "home"), OTHER - 1, OTHER - 1);

    expect(await run()).toMatchObject({ error: { code: "not-installed" } });
    expect(await isImported()).toBe(false);
  });
});
