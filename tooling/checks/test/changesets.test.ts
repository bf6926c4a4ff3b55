import { expect, test } from "vitest";
import { changesetProblems, namesIn } from "../src/rules/changesets.ts";

const packages = new Map([
  ["@hivemind/db-core", "db-core"],
  ["@hivemind/db-json", "db-json"],
]);

test("a change of a package's code without a changeset is named", () => {
  const changed = ["packages/db-core/src/json.ts", "packages/db-json/test/a.test.ts", "README.md"];

  expect(changesetProblems({ changed, packages, changesets: new Map() })).toEqual([
    expect.stringContaining("@hivemind/db-core has changed since its last release"),
  ]);
});

test("a changeset of another package does not cover it, its own does", () => {
  const changed = ["packages/db-core/package.json"];
  const other = new Map([["a.md", ["@hivemind/db-json"]]]);
  const own = new Map([["a.md", ["@hivemind/db-json", "@hivemind/db-core"]]]);

  expect(changesetProblems({ changed, packages, changesets: other })).toHaveLength(1);
  expect(changesetProblems({ changed, packages, changesets: own })).toEqual([]);
});

test("a changeset of an unknown package is named", () => {
  const changesets = new Map([["a.md", ["@hivemind/db-jason"]]]);

  expect(changesetProblems({ changed: [], packages, changesets })).toEqual([
    expect.stringContaining("a.md names @hivemind/db-jason"),
  ]);
});

test("the packages of a changeset are read from its front matter alone", () => {
  const text = `---\n"@hivemind/db-core": minor\n'@hivemind/db-json': patch\n---\n\n"not": major\n`;

  expect(namesIn(text)).toEqual(["@hivemind/db-core", "@hivemind/db-json"]);
});
