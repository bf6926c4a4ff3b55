/** From the config's block to the plugin's options. */
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { OptionsResult } from "../../src/backend/options.ts";
import { readConfig, resolvePlugin } from "../../src/registry/index.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { NAME, optionsOf, SECRET } from "./support/options-of.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

test.each([
  ["nothing", undefined, {}],
  ["null", null, {}],
  [
    "nulls, which Python writes for the default",
    { name: null, inner: { a: null, b: 1 }, list: [null] },
    { inner: { b: 1 }, list: [null] },
  ],
  ["values of all kinds", { a: "x", b: 1, c: true, d: [{ e: 1 }] }, { a: "x", b: 1, c: true, d: [{ e: 1 }] }],
])("%s", async (_what, block, expected) => {
  expect(await optionsOf(block)).toEqual(expected);
});

test("plain numbers, however they are written in the file", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    "server.json": `{ "database": { "module": "${NAME}", "${NAME}": { "delay": 0.10, "n": [1.0] } } }`,
  });

  const config = await readConfig(join(folder, "server.json"));
  const { options } = await resolvePlugin(config, { plugins: [givenPlugin(NAME)] });

  expect(options).toEqual({ delay: 0.1, n: [1] });
});

test("what its schema makes of it, frozen all the way down", async () => {
  const value = { nested: { list: [{}] }, buffer: Buffer.from("x"), when: new Date(0) };

  const options = await optionsOf({}, givenPlugin(NAME, { validate: async () => ({ value }) }));

  expect(options).toBe(value);
  for (const part of [value, value.nested, value.nested.list, value.nested.list[0]])
    expect(part).toSatisfy(Object.isFrozen);
});

test("objects of a program's own, as they are", async () => {
  const store = new Map();

  expect(await optionsOf({ store })).toEqual({ store });
  expect(((await optionsOf({ store })) as { store: unknown }).store).toBe(store);
});

test("a key named __proto__ as data", async () => {
  const options = await optionsOf(JSON.parse(`{ "__proto__": { "polluted": 1 } }`));

  expect(JSON.stringify(options)).toBe(`{"__proto__":{"polluted":1}}`);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

function quotingSchema(): OptionsResult<unknown> {
  throw new Error(`cannot read ${SECRET}`);
}

test("a schema that fails is the plugin's fault, and its error is not passed on", async () => {
  const error: unknown = await optionsOf({}, givenPlugin(NAME, { validate: quotingSchema })).catch(
    (reason: unknown) => reason,
  );

  expect(error).toMatchObject({ code: "not-a-plugin", backend: NAME });
  expect(inspect(error)).not.toContain(SECRET);
});

test("logs of what was resolved show no options", async () => {
  const config = { database: { module: NAME, [NAME]: { password: SECRET } } };

  const resolved = await resolvePlugin(config, { plugins: [givenPlugin(NAME)] });

  expect(resolved.options).toEqual({ password: SECRET });
  expect(inspect(resolved, { depth: 9 })).not.toContain(SECRET);
  expect(JSON.stringify(resolved)).not.toContain(SECRET);
});
