/** `database.seal`: the keys for secrets at rest, in the config or where it points to. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inspect } from "node:util";
import { assert, expect, test, vi } from "vitest";
import { isDbError } from "../../src/errors.ts";
import { MemoryStore } from "../../src/memory/memory-store.ts";
import memory from "../../src/memory/plugin.ts";
import { maskConfig, openDatabase, readConfig, resolvePlugin } from "../../src/registry/index.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { NAME } from "./support/options-of.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const KEY = randomBytes(32).toString("base64");
const OLD = randomBytes(32).toString("hex");
const URL_SAFE = randomBytes(32).toString("base64url");

async function sealOf(seal: unknown, folder?: string) {
  const config = { database: { module: NAME, seal, [NAME]: { name: "x" } } };
  if (folder === undefined) return (await resolvePlugin(config, { plugins: [givenPlugin(NAME)] })).seal;
  await writeTree(folder, { "server.json": config });
  return (await resolvePlugin(join(folder, "server.json"), { plugins: [givenPlugin(NAME)] })).seal;
}

async function refusal(seal: unknown): Promise<string> {
  const error: unknown = await sealOf(seal).catch((reason: unknown) => reason);
  assert(isDbError(error));
  expect(error.code).toBe("invalid");
  for (const key of [KEY, OLD, URL_SAFE, "hunter2"]) expect(inspect(error)).not.toContain(key);
  return error.message;
}

test("the keys are read from files, variables and the config itself", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, { "secrets/seal": `${KEY}\n` });
  vi.stubEnv("HUB_OLD_SEAL", OLD);

  const seal = await sealOf(
    { key_file: "secrets/seal", previous: [{ key_env: "HUB_OLD_SEAL" }, { key: URL_SAFE, key_file: null }] },
    folder,
  );

  expect({ ...seal }).toEqual({ key: KEY, previous: [OLD, URL_SAFE] });
});

test("without a seal block, or with null, there is no key", async () => {
  expect(await sealOf(undefined)).toBeUndefined();
  expect(await sealOf(null)).toBeUndefined();
});

test("the keys are none of the backend's business", async () => {
  const config = { database: { module: NAME, seal: { key: KEY }, [NAME]: { name: "x" } } };

  const { options } = await resolvePlugin(config, { plugins: [givenPlugin(NAME)] });

  expect(options).toEqual({ name: "x" });
});

const BAD_KEY = "it must be 32 random bytes as base64 or hex; make them with: openssl rand -base64 32";
test.each([
  [{ key: "hunter2" }, `database.seal.key: ${BAD_KEY}`],
  [{ key: KEY.slice(2) }, `database.seal.key: ${BAD_KEY}`],
  [{ key: `${OLD}00` }, `database.seal.key: ${BAD_KEY}`],
  [{ key: 5 }, "database.seal.key: given the number 5; it must be a text"],
  [{ key: KEY, previous: [{ key: "hunter2" }] }, `database.seal.previous[0]: ${BAD_KEY}`],
  [
    { key: KEY, previous: [OLD] },
    "database.seal.previous[0]: given a string; it must be an object with key_file, key_env or key",
  ],
  [
    { key: KEY, previous: [{}] },
    "database.seal.previous[0]: given nothing; it must be an object with key_file, key_env or key",
  ],
  [
    { key: KEY, previous: { key: OLD } },
    "database.seal.previous: given an object; it must be a list of keys",
  ],
  [{ key: KEY, key_env: "X" }, "database.seal.key and key_env: give only one of them"],
  [{ key_env: "HUB_NOT_SET" }, "database.seal.key_env: the environment variable HUB_NOT_SET is not set"],
  [
    { previous: [{ key_file: "seal" }] },
    `database.seal.previous[0].key_file: given "seal"; it must be absolute, since the config is no file`,
  ],
  [{}, "database.seal: it has no key: give one, or leave database.seal out"],
  [{ key: null }, "database.seal: it has no key: give one, or leave database.seal out"],
  [KEY, "database.seal: given a string; it must be an object with key_file, key_env or key"],
  [
    { key_fil: KEY },
    "database.seal: there is an unknown option in it. Did you mean key_file? Options: key, key_file, key_env, previous",
  ],
])("%j is refused", async (seal, message) => {
  expect(await refusal(seal)).toBe(message);
});

test("no form of the config shows a key", async () => {
  const folder = await temporaryFolder();
  const seal = { key: KEY, previous: [{ key: OLD }, { key_env: "HUB_SEAL" }, { key_file: "old/seal" }] };
  await writeTree(folder, { "server.json": { database: { module: NAME, seal } } });
  vi.stubEnv("HUB_SEAL", URL_SAFE);
  await writeTree(folder, { "old/seal": URL_SAFE });

  const config = await readConfig(join(folder, "server.json"));
  const resolved = await resolvePlugin(config, { plugins: [givenPlugin(NAME)] });

  const shown = [maskConfig(config.document), config, resolved, resolved.seal].flatMap((value) => [
    inspect(value, { depth: Infinity }),
    JSON.stringify(value),
  ]);
  for (const key of [KEY, OLD, URL_SAFE]) expect(shown.join("\n")).not.toContain(key);
  expect(maskConfig(config.document)).toEqual({
    database: {
      module: NAME,
      seal: {
        key: "********",
        previous: [{ key: "********" }, { key_env: "HUB_SEAL" }, { key_file: "old/seal" }],
      },
    },
  });
});

test("a database of such a config seals, and the option takes the place of the config", async () => {
  const store = new MemoryStore();
  const database = { module: memory.name, seal: { key: KEY }, [memory.name]: { store } };

  await using db = await openDatabase({ database }, { plugins: [memory], create: true });
  await db.addClient({ password: "canary" });
  await using other = await openDatabase({ database }, { plugins: [memory], seal: { key: OLD } });

  expect(store.records.get(1)).not.toContain("canary");
  expect(await db.secrets(1)).toMatchObject({ password: "canary" });
  await expect(other.secrets(1)).rejects.toMatchObject({ code: "wrong-key" });
});
