import { expect, test } from "vitest";
import { boundaryProblems } from "../src/rules/boundaries.ts";
import { conformanceProblems } from "../src/rules/conformance.ts";
import { fileLengthProblems } from "../src/rules/file-lengths.ts";
import { fileNameProblems } from "../src/rules/file-names.ts";
import { licenseProblems } from "../src/rules/license.ts";
import { repositoryProblems } from "../src/rules/repository.ts";
import { parseModule } from "../src/rules/source-module.ts";

test.each([
  ["packages/db-core/src/a.ts", `import { plugin } from "@hivemind/db-json";`],
  ["packages/db-core/src/a.ts", `const plugin = await import("@hivemind/db-json");`],
  ["packages/db-json/src/a.ts", `export type { Plugin } from "@hivemind/db-redis";`],
  ["packages/db-json/src/a.ts", `import { suite } from "@hivemind/db-core/conformance";`],
  ["packages/db-cli/src/a.ts", `import "@hivemind/db-json";`],
  ["packages/db-cli/src/a.ts", `import { Client } from "../../db-core/src/client.js";`],
  ["packages/db-core/src/backend/a.ts", `import type { ClientDatabase } from "../database/b.ts";`],
  ["packages/db-core/src/database/a.ts", `import { conformance } from "../conformance/index.ts";`],
])("a forbidden import is named: %s %s", (path, text) => {
  expect(boundaryProblems([parseModule(path, text)])).toEqual([expect.stringContaining(path)]);
});

test.each([
  ["packages/db-core/src/a.ts", `import { join } from "node:path"; import { b } from "./b/c.js";`],
  ["packages/db-json/src/a.ts", `import { z } from "zod"; import { b } from "@hivemind/db-core/backend";`],
  ["packages/db-cli/src/a.ts", `import { openDatabase } from "@hivemind/db-core"; await import(name);`],
  ["packages/db-core/src/a.ts", `/** @example import { plugin } from "@hivemind/db-json"; */ export {};`],
])("an allowed import is not: %s %s", (path, text) => {
  expect(boundaryProblems([parseModule(path, text)])).toEqual([]);
});

test("a chain from the runtime to the conformance suite is shown", () => {
  const modules = [
    parseModule("packages/db-core/src/index.ts", `export { a } from "./a.js";`),
    parseModule("packages/db-core/src/a.ts", `export const a = import("./conformance/suite.js");`),
  ];

  expect(conformanceProblems(modules)).toEqual([
    expect.stringContaining(
      "index.ts -> packages/db-core/src/a.ts -> packages/db-core/src/conformance/suite.ts",
    ),
  ]);
});

test("a type of the conformance suite is no dependency of the runtime", () => {
  const index = `export type { Suite } from "./conformance/suite.js"; import type { A } from "./conformance/a.js";`;

  expect(conformanceProblems([parseModule("packages/db-core/src/index.ts", index)])).toEqual([]);
});

test("an index.ts with logic and a name without a role are named", () => {
  const modules = [
    parseModule("packages/db-core/src/index.ts", `export const a = 1;`),
    parseModule("packages/db-core/src/utils.ts", `export const a = 1;`),
    parseModule(
      "packages/db-core/src/backend/index.ts",
      `export * from "./a.js"; export { b } from "./b.js";`,
    ),
  ];

  expect(fileNameProblems(modules)).toHaveLength(2);
});

test("a package without the root's LICENSE is named", () => {
  const packages = [
    { name: "same", license: "free\n" },
    { name: "none", license: undefined },
    { name: "other", license: "not free\n" },
  ];

  expect(licenseProblems("free\n", packages)).toEqual([
    expect.stringContaining("none: has no LICENSE"),
    expect.stringContaining("other: has another LICENSE than the root"),
  ]);
});

test("a package of another repository, or of none, is named", () => {
  const root = { type: "git", url: "git+https://example.invalid/a.git" };
  const packages = [
    { name: "same", directory: "packages/same", repository: { ...root, directory: "packages/same" } },
    { name: "none", directory: "packages/none", repository: undefined },
    { name: "folder", directory: "packages/folder", repository: root },
    {
      name: "other",
      directory: "packages/other",
      repository: { ...root, url: "b", directory: "packages/other" },
    },
  ];

  expect(repositoryProblems(root, packages).map((problem) => problem.split(":")[0])).toEqual([
    "none",
    "folder",
    "other",
  ]);
});

test("a long file without a reason is named", () => {
  const reason = "/**\n * What it is.\n * Over 200 lines: one list.\n */\n";
  const sources = [
    { path: "long.ts", text: "a();\n".repeat(201) },
    { path: "long-by-design.ts", text: reason + "a();\n".repeat(201) },
    { path: "just-short.ts", text: "a();\n".repeat(200) },
  ];

  expect(fileLengthProblems(sources).map((problem) => problem.split(":")[0])).toEqual(["long.ts"]);
});
