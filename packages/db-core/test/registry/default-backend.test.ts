/** Which backend a node has whose config names none. */
import { join } from "node:path";
import { assert, expect, test } from "vitest";
import { isDbError } from "../../src/errors.ts";
import { resolvePlugin } from "../../src/registry/index.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { ask } from "./support/node-process.ts";
import { inFolder, pluginPackage } from "./support/plugin-package.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const JSON_NAME = "@hivemind/db-json";
const json = givenPlugin(JSON_NAME);
async function chosen(...plugins: (typeof json)[]) {
  return (await resolvePlugin({ database: {} }, { plugins })).moduleName;
}

async function refusal(...plugins: (typeof json)[]): Promise<string> {
  const error: unknown = await chosen(...plugins).catch((reason: unknown) => reason);
  assert(isDbError(error));
  expect(error.code).toBe("invalid");
  expect(error.message).toContain(plugins.map(({ name }) => name).join(", "));
  expect(error.message).toContain(`Set "module" in the "database" block of the config`);
  return error.message;
}

const empty = givenPlugin("db-empty", { hasStore: async () => false });
const full = givenPlugin("db-full", { hasStore: async () => true });

test("one: that one", async () => {
  expect(await chosen(full)).toBe("db-full");
});

test("the one's options are used, under either name", async () => {
  const database = { "hivemind-json-db-plugin": { name: "a" } };

  expect(await resolvePlugin({ database }, { plugins: [json] })).toMatchObject({ options: { name: "a" } });
});

test("several: db-json, if no other has a store", async () => {
  expect(await chosen(empty, json)).toBe(JSON_NAME);
});

test("several, another has a store: a question", async () => {
  expect(await refusal(json, empty, full)).toContain("db-full has a store");
});

test("several, none of them db-json: a question", async () => {
  expect(await refusal(empty, full)).toContain("several database backends are installed");
});

test("the other's store is the one of its block", async () => {
  const other = givenPlugin("db-other", {
    hasStore: async (options) => (options as { name?: string }).name === "there",
  });
  const plugins = [json, other];

  expect(await resolvePlugin({ database: { "db-other": { name: "x" } } }, { plugins })).toMatchObject({
    plugin: json,
  });
  const resolved = resolvePlugin({ database: { "db-other": { name: "there" } } }, { plugins });
  await expect(resolved).rejects.toMatchObject({ code: "invalid", message: /db-other has a store/ });
});

const none = async (): Promise<boolean> => false;
const failing = async (): Promise<boolean> => {
  throw new Error("secret address");
};

test.each([
  ["fails to look", { hasStore: failing }, "it failed to look"],
  ["gives no clear answer", { hasStore: async () => undefined as unknown as boolean }, "db-odd has a store"],
  [
    "does not accept its options",
    { hasStore: none, validate: () => ({ issues: [{ message: "no", path: ["x"] }] }) },
    "no",
  ],
])("another that %s may have one: a question", async (_what, odd, reason) => {
  const message = await refusal(json, givenPlugin("db-odd", odd));

  expect(message).toContain(reason);
  expect(message).not.toContain("secret address");
});

test("another without a default place has a store only where the config has options for it", async () => {
  const server = givenPlugin("db-server", {});
  const plugins = [json, server];

  expect(await resolvePlugin({ database: {} }, { plugins })).toMatchObject({ plugin: json });
  await expect(
    resolvePlugin({ database: { "db-server": { host: "h" } } }, { plugins }),
  ).rejects.toMatchObject({
    code: "invalid",
    message: /db-server may have a store.*no way to look/,
  });
});

test("none installed: the command that installs the default", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, { "package.json": { name: "node" } });

  const { error } = await ask(
    { script: join(folder, "main.mjs"), cwd: "/" },
    "opened({ database: {} }, { from: here })",
  );

  expect(error?.code).toBe("not-installed");
  expect(error?.message).toContain(
    "@hivemind/db-json is not installed, nor is any other, and the config names none.",
  );
  expect(error?.message).toContain(`Install it: npm install @hivemind/db-json (in ${folder})`);
  expect(error?.message).toContain("Installed backends: none");
});

test("installed ones, as given ones: one, several, and one that cannot be asked", async () => {
  const folder = await temporaryFolder();
  const node = { script: join(folder, "app/main.mjs"), cwd: "/" };
  const open = "opened({ database: {} }, { from: here })";
  await writeTree(folder, inFolder("node_modules", pluginPackage("db-log")));
  await writeTree(folder, { "app/.keep": "" });

  expect(await ask(node, open)).toMatchObject({ value: { plugin: "db-log" } });

  await writeTree(folder, inFolder("app/node_modules", pluginPackage(JSON_NAME)));
  expect(await ask(node, open)).toMatchObject({ value: { plugin: JSON_NAME } });
  const stored = await ask(node, `opened({ database: { "db-log": { hasStore: true } } }, { from: here })`);
  expect(stored.error?.message).toContain("db-log has a store");

  await writeTree(
    folder,
    inFolder("node_modules", pluginPackage("db-log", { prologue: "throw new Error('no');" })),
  );
  const { error } = await ask(node, open);
  expect(error?.code).toBe("invalid");
  expect(error?.message).toContain("several database backends are installed");
  expect(error?.message).toContain(
    "db-log may have a store, which cannot be told: db-log 1.2.3 cannot be used",
  );
});
