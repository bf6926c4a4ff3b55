/** A config that cannot be understood is refused with its path, and not quoted. */
import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { assert, expect, test } from "vitest";
import { isDbError } from "../../src/errors.ts";
import { readConfig } from "../../src/registry/index.ts";
import { configFile, SECRET } from "./support/config-file.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

async function failureOf(path: string): Promise<string> {
  const error: unknown = await readConfig(path).catch((reason: unknown) => reason);
  assert(isDbError(error));
  expect(error.code).toBe("invalid");
  expect(error.message).toContain(path);
  expect(inspect(error)).not.toContain(SECRET);
  return error.message;
}

test.each([
  ["empty", "", ", line 1: not valid JSON"],
  ["only comments", "# x\n// y\n", ", line 3: not valid JSON"],
  ["cut off", `{\n"database": {\n"password": "${SECRET}",\n`, ", line 4: not valid JSON"],
  ["with a comma too many", `{\n# x\n"password": "${SECRET}",\n}`, ", line 4: not valid JSON"],
  ["without a comma", `{\n"password": "${SECRET}"\n"a": 1 }`, ", line 3: not valid JSON"],
  ["with single quotes", `{\n'password': '${SECRET}' }`, ", line 2: not valid JSON"],
  ["with a comment behind a value", `{\n"password": "${SECRET}" // x\n}`, ", line 2: not valid JSON"],
  ["with NaN", `{\n"a": NaN\n}`, ", line 2: not valid JSON"],
  ["with a bad escape", `{\n\n"a": "${SECRET}\\x" }`, ", line 3: not valid JSON"],
  ["with a line break in a string", `{\n"a": "${SECRET}\n" }`, ", line 2: not valid JSON"],
  ["with something behind the end", `{}\n}`, ", line 2: not valid JSON"],
  ["a list", `["${SECRET}"]`, " is not a JSON object"],
  ["a text", `"${SECRET}"`, " is not a JSON object"],
  ["deeply nested", "[".repeat(1_000_000), ", line 1: not valid JSON"],
  [
    "deeply nested and complete",
    `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    "nested deeper than 256",
  ],
  ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), "it is not UTF-8 text"],
  ["UTF-16", Buffer.from(`{ "password": "${SECRET}" }`, "utf16le"), "not valid JSON"],
  ["huge", " ".repeat(5 * 1024 * 1024), "it has more than 4194304 bytes"],
])("a file that is %s is refused, and not quoted", async (_what, content, expected) => {
  expect(await failureOf(await configFile(content))).toContain(expected);
});

test.each([
  ["database", { database: SECRET }, "database: given a string; it must be an object"],
  ["database", { database: [SECRET] }, "database: given a list; it must be an object"],
  [
    "database.module",
    { database: { module: 1 } },
    "given the number 1; it must be the name of an npm package",
  ],
  [
    "last_seen_update_interval",
    { last_seen_update_interval: "5" },
    "given a string; it must be a number from 0",
  ],
  [
    "last_seen_update_interval",
    { last_seen_update_interval: -1 },
    "given the number -1; it must be a number from 0",
  ],
  [
    "min_password_bits",
    { min_password_bits: [] },
    "min_password_bits: given a list; it must be a number from 0",
  ],
])("%s of a wrong type is named", async (_what, content, expected) => {
  expect(await failureOf(await configFile(content))).toContain(expected);
});

test("a folder, a pipe, a link that leads nowhere, a path through a file", async () => {
  const folder = await temporaryFolder();
  const path = (name: string): string => join(folder, name);
  await mkdir(path("folder"));
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path("pipe")]);
  await symlink("/nowhere/server.json", path("link"));
  await writeTree(folder, { file: "" });

  expect(await failureOf(path("folder"))).toContain("it is a folder");
  expect(await failureOf(path("pipe"))).toContain("it is not a regular file");
  expect(await failureOf(path("link"))).toContain("there is no such file");
  expect(await failureOf(path("file/server.json"))).toContain("a part of its path is no folder");
});
