import { expect, test } from "vitest";
import { readDocuments } from "../src/documents.ts";

/**
 * One shape for all: how it is installed, how it is set or called, what it promises, how it fails, what its operator
 * has to know, in this order; with more in between where a package needs it.
 */
const shape = (call: string) => ["Install", call, "Guarantees", "Errors", "Operations"];
const SHAPES = [
  { path: "packages/db-core/README.md", sections: shape("Use") },
  { path: "packages/db-cli/README.md", sections: shape("Commands") },
  { path: "packages/db-json/README.md", sections: shape("Config") },
  { path: "packages/db-sqlite/README.md", sections: shape("Config") },
  { path: "packages/db-redis/README.md", sections: shape("Config") },
];
const documents = new Map(readDocuments().map((document) => [document.path, document]));

test("every package README has a shape", () => {
  const readmes = [...documents.keys()].filter((path) => /^packages\/[^/]+\/README\.md$/.test(path));

  expect(readmes.toSorted()).toEqual(SHAPES.map(({ path }) => path).toSorted());
});

test.each(SHAPES)("$path has the sections that all have, in their order", ({ path, sections }) => {
  const found = documents.get(path)?.sections.filter((section) => sections.includes(section));

  expect(found).toEqual(sections);
});

test("the root README has its sections in the order in which a stranger asks", () => {
  expect(documents.get("README.md")?.sections).toEqual([
    "Try it",
    "A node",
    "Choosing a backend",
    "Coming from a Python hub",
    "More",
  ]);
});
