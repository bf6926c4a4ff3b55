/** Secrets that the config only points to. */
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { resolvePlugin } from "../../src/registry/index.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { NAME, optionsOf, refusal, SECRET, WHERE } from "./support/options-of.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

test.each([
  ["_file, relative to the config", { password_file: "secrets/db" }],
  ["File", { passwordFile: "secrets/db" }],
  ["a link, as Kubernetes makes it", { password_file: "secrets/link" }],
  ["Windows' line end", { password_file: "secrets/windows" }],
  ["_env", { password_env: "HUB_DB_PASSWORD" }],
  ["Env", { passwordEnv: "HUB_DB_PASSWORD" }],
  ["a null beside it", { password: null, password_file: "secrets/db" }],
])("by %s", async (_what, block) => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    "server.json": { database: { module: NAME, [NAME]: block } },
    "secrets/db": `${SECRET}\n`,
    "secrets/windows": `${SECRET}\r\n`,
  });
  await symlink("db", join(folder, "secrets/link"));
  vi.stubEnv("HUB_DB_PASSWORD", SECRET);

  const { options } = await resolvePlugin(join(folder, "server.json"), { plugins: [givenPlugin(NAME)] });

  expect(options).toEqual({ password: SECRET });
});

test("only one line end is cut", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, { secret: ` ${SECRET} \n\n` });

  expect(await optionsOf({ password_file: join(folder, "secret") })).toEqual({ password: ` ${SECRET} \n` });
});

test("into an inner block", async () => {
  vi.stubEnv("HUB_SEAL", SECRET);
  const plugin = givenPlugin(NAME, { secretOptions: ["seal.key"] });

  expect(await optionsOf({ seal: { key_env: "HUB_SEAL", id: 1 } }, plugin)).toEqual({
    seal: { key: SECRET, id: 1 },
  });
  expect(await optionsOf({ seal: "x" }, plugin)).toEqual({ seal: "x" });
});

test.each([
  [{ password: SECRET, password_file: "/x" }, "password and password_file: give only one of them"],
  [{ password_file: "/x", password_env: "X" }, "password_file and password_env: give only one of them"],
  [{ password_env: "X", passwordEnv: "X" }, "password_env and passwordEnv: give only one of them"],
  [
    { password_file: "relative" },
    `password_file: given "relative"; it must be absolute, since the config is no file`,
  ],
  [{ password_file: "" }, "password_file: it must be the path of a file"],
  [{ password_file: 5 }, "password_file: it must be the path of a file"],
  [{ password_file: "/a\0b" }, "password_file: it must be the path of a file"],
  [{ password_env: "HUB_NOT_SET" }, "password_env: the environment variable HUB_NOT_SET is not set"],
  [{ password_env: "HUB_EMPTY" }, "password_env: the environment variable HUB_EMPTY is empty"],
  [{ password_env: SECRET }, "password_env: it must be the name of an environment variable"],
  [{ password_env: 5 }, "password_env: it must be the name of an environment variable"],
])("%j is refused", async (block, expected) => {
  vi.stubEnv("HUB_EMPTY", "");

  expect(await refusal(block)).toBe(`${WHERE}.${expected}`);
});

test("a file that cannot be used is named", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    empty: "",
    "line-end": "\n",
    binary: new Uint8Array([0xff, 0xfe]),
    large: "x".repeat(70_000),
  });
  const reason = async (name: string) => refusal({ password_file: join(folder, name) });
  const where = `${WHERE}.password_file:`;

  expect(await reason("none")).toBe(`${where} cannot read ${folder}/none: there is no such file`);
  expect(await reason(".")).toBe(`${where} cannot read ${folder}: it is a folder`);
  expect(await reason("binary")).toBe(`${where} cannot read ${folder}/binary: it is not UTF-8 text`);
  expect(await reason("large")).toBe(`${where} cannot read ${folder}/large: it has more than 65536 bytes`);
  expect(await reason("empty")).toBe(`${where} ${folder}/empty is empty`);
  expect(await reason("line-end")).toBe(`${where} ${folder}/line-end is empty`);
});

test("options that are no secret have no such forms", async () => {
  expect(await optionsOf({ name_file: "/x", name_env: "X" })).toEqual({ name_file: "/x", name_env: "X" });
});
