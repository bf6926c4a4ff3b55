/** `database.module` names an npm package, and nothing else can be loaded through it. */
import { inspect } from "node:util";
import { assert, expect, test } from "vitest";
import { isDbError } from "../../src/errors.ts";
import { resolvePlugin } from "../../src/registry/index.ts";

async function failureOf(module: unknown): Promise<unknown> {
  return resolvePlugin({ database: { module } }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test.each([
  ["a path", "./plugin.js"],
  ["an absolute path", "/opt/plugin"],
  ["a way out", "../../plugin"],
  ["a way out of a scope", "@hivemind/../plugin"],
  ["a URL", "https://user:hunter2hunter2@example.org/plugin.js"],
  ["a file URL", "file:///opt/plugin.js"],
  ["a part of Node", "node:fs"],
  ["a file in a package", "@hivemind/db-json/dist/plugin.js"],
  ["a folder of packages", "node_modules"],
  ["nothing", ""],
  ["a shell command", "x; rm -rf /"],
  ["with a NUL", "plugin\0"],
  ["much too long", "a".repeat(10_000)],
])("a module that is %s", async (_what, module) => {
  const error = await failureOf(module);

  assert(isDbError(error));
  expect(error.code).toBe("invalid");
  expect(error.message).toMatch(/^database\.module: given ".*"; it must be the name of an npm package$/);
  expect(error.message.length).toBeLessThan(250);
  expect(inspect(error)).not.toContain("hunter2");
});

test.each([
  ["a number", 1, "the number 1"],
  ["a list", ["@hivemind/db-json"], "a list"],
  ["an object", {}, "an object"],
])("a module that is %s", async (_what, module, given) => {
  const message = `the config: database.module: given ${given}; it must be the name of an npm package`;

  expect(await failureOf(module)).toMatchObject({ code: "invalid", message });
});

test.each(["__proto__", "constructor", "toString"])(
  "a package by the name of %s is not there, and no more",
  async (name) => {
    expect(await failureOf(name)).toMatchObject({
      code: name === "constructor" ? "not-installed" : "invalid",
    });
  },
);
