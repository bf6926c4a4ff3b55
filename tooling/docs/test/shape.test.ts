import { expect, test } from "vitest";
import { readDocuments } from "../src/documents.ts";

const BACKEND = ["Install", "Config", "Guarantees", "Errors", "Operations"];
/** One shape for all: these sections in this order, with others in between where a package needs them. */
const SHAPES = [
  { path: "packages/db-core/README.md", sections: ["Install", "Use", "Guarantees", "Errors"] },
  { path: "packages/db-cli/README.md", sections: ["Install", "Commands", "For scripts"] },
  { path: "packages/db-json/README.md", sections: BACKEND },
  { path: "packages/db-sqlite/README.md", sections: BACKEND },
  { path: "packages/db-redis/README.md", sections: BACKEND },
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
