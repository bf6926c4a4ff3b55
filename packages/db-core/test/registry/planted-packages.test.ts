/** What anyone on the machine could have put there is not loaded, and the error says so. */
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, evaluate } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const NAME = "@hivemind/db-json";
const CONFIG = `{ database: { module: "${NAME}" } }`;

/** A backend that leaves a trace when it is imported. */
function tracked(trace: string) {
  return pluginPackage(NAME, {
    prologue: `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "");`,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

describe.each([
  ["writable by everyone", 0o777],
  ["writable by everyone, with a sticky bit, as /tmp is", 0o1777],
])("a folder %s", (_what, mode) => {
  test("above the node's own: its node_modules is not used", async () => {
    const folder = await temporaryFolder();
    const trace = join(folder, "imported");
    await writeTree(folder, { ...inFolder("open/node_modules", tracked(trace)), "open/app/.keep": "" });
    await chmod(join(folder, "open"), mode);

    const node = { script: join(folder, "open/app/main.mjs"), cwd: "/" };
    const { error } = await ask(node, `opened(${CONFIG}, { from: here })`);

    expect(error?.code).toBe("not-installed");
    expect(error?.message).toContain(
      `Not looked in: ${folder}/open/node_modules, because everyone can write to ${folder}/open`,
    );
    expect(await exists(trace)).toBe(false);
    expect(await ask(node, "core.findPlugins({ from: here })")).toEqual({ value: [] });
    expect(await exists(trace)).toBe(false);
  });

  test("that is a node_modules itself", async () => {
    const folder = await temporaryFolder();
    const trace = join(folder, "imported");
    await writeTree(folder, inFolder("app/node_modules", tracked(trace)));
    await chmod(join(folder, "app/node_modules"), mode);

    const { error } = await ask(
      { script: join(folder, "app/main.mjs"), cwd: "/" },
      `opened(${CONFIG}, { from: here })`,
    );

    expect(error?.code).toBe("not-installed");
    expect(await exists(trace)).toBe(false);
  });

  test("that the config is in", async () => {
    const folder = await temporaryFolder();
    const trace = join(folder, "imported");
    await writeTree(folder, {
      ...inFolder("open/node_modules", tracked(trace)),
      "open/server.json": { database: { module: NAME } },
      "app/.keep": "",
    });
    await chmod(join(folder, "open"), mode);

    const config = JSON.stringify(join(folder, "open/server.json"));
    const { error } = await ask({ script: join(folder, "app/main.mjs"), cwd: "/" }, `opened(${config})`);

    expect(error?.code).toBe("not-installed");
    expect(await exists(trace)).toBe(false);
  });
});

test("the way further up is still searched", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, { ...inFolder("node_modules", pluginPackage(NAME)), "open/app/.keep": "" });
  await mkdir(join(folder, "open/node_modules"));
  await chmod(join(folder, "open"), 0o777);

  const answer = await ask(
    { script: join(folder, "open/app/main.mjs"), cwd: "/" },
    `opened(${CONFIG}, { from: here })`,
  );

  expect(answer).toMatchObject({ value: { plugin: NAME } });
});

describe("the working folder", () => {
  test("is searched where only we can write", async () => {
    const folder = await temporaryFolder();
    await writeTree(folder, { ...inFolder("ours/node_modules", pluginPackage(NAME)), "app/.keep": "" });

    const node = { script: join(folder, "app/main.mjs"), cwd: join(folder, "ours") };

    expect(await ask(node, `opened(${CONFIG}, { from: here })`)).toMatchObject({ value: { plugin: NAME } });
  });

  test.each([
    ["a group", "shared", 0o775],
    ["everyone", "shared", 0o757],
    ["everyone, with a sticky bit", "shared", 0o1777],
    ["a group, further up", ".", 0o770],
  ])("is not searched where %s can write", async (_who, open, mode) => {
    const folder = await temporaryFolder();
    const trace = join(folder, "imported");
    await writeTree(folder, { ...inFolder("base/shared/node_modules", tracked(trace)), "app/.keep": "" });
    await chmod(join(folder, "base", open), mode);

    const node = { script: join(folder, "app/main.mjs"), cwd: join(folder, "base/shared") };
    const { error } = await ask(node, `opened(${CONFIG}, { from: here })`);

    expect(error?.code).toBe("not-installed");
    expect(error?.message).toContain(
      `Not looked in: ${folder}/base/shared, because it is only the working folder, and others can write to it`,
    );
    expect(await exists(trace)).toBe(false);
  });

  test("leads to no node_modules that others can write to", async () => {
    const folder = await temporaryFolder();
    const trace = join(folder, "imported");
    await writeTree(folder, {
      ...inFolder("base/node_modules", tracked(trace)),
      "base/ours/.keep": "",
      "app/.keep": "",
    });
    await chmod(join(folder, "base/node_modules"), 0o775);

    const node = { script: join(folder, "app/main.mjs"), cwd: join(folder, "base/ours") };
    const { error } = await ask(node, `opened(${CONFIG}, { from: here })`);

    expect(error?.message).toContain(
      `Not looked in: ${folder}/base/node_modules, because others can write there`,
    );
    expect(await exists(trace)).toBe(false);
  });

  test("deleted meanwhile, it is no error of its own", async () => {
    const folder = await temporaryFolder();
    await writeTree(folder, { ...inFolder("app/node_modules", pluginPackage(NAME)), "gone/.keep": "" });

    const node = { script: join(folder, "app/main.mjs"), cwd: join(folder, "gone") };
    const gone = JSON.stringify(join(folder, "gone"));
    const removed = `import("node:fs").then((fs) => fs.rmSync(${gone}, { recursive: true }))`;

    expect(await ask(node, `${removed}.then(() => opened(${CONFIG}))`)).toMatchObject({
      value: { plugin: NAME },
    });
  });
});

test("the first argument of `node -e` is no script", async () => {
  const folder = await temporaryFolder();
  const trace = join(folder, "imported");
  await writeTree(folder, { ...inFolder("data/node_modules", tracked(trace)), "data/clients.json": "{}" });

  const { error } = await evaluate(`opened(${CONFIG})`, join(folder, "data/clients.json"));

  expect(error?.code).toBe("not-installed");
  expect(await exists(trace)).toBe(false);
});
