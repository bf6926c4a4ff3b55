import { expect, test } from "vitest";
import { brokenLinks, parseDocument, readDocuments } from "../src/documents.ts";

const documents = readDocuments();

test("the pages are found", () => {
  expect(documents.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["README.md", "packages/db-core/README.md", "packages/db-cli/README.md"]),
  );
});

test("a block, its language and its excuse are read", () => {
  const { blocks } = parseDocument("a.md", "# A\n\n```sh not-run: needs a robot\nrobot\n```\n");

  expect(blocks).toEqual([
    { place: "a.md:3", language: "sh", notRun: "needs a robot", given: undefined, text: "robot" },
  ]);
});

test.each(documents)("$path: its links lead somewhere", (document) => {
  expect(brokenLinks(document)).toEqual([]);
});

test("every block says its language, and few are not run, each with a reason", () => {
  const blocks = documents.flatMap((document) => document.blocks);
  const excused = blocks.filter(({ notRun }) => notRun !== undefined);

  expect(blocks.filter(({ language }) => language === "").map(({ place }) => place)).toEqual([]);
  expect(excused.filter(({ notRun = "" }) => notRun.length < 10).map(({ place }) => place)).toEqual([]);
  expect(excused.length).toBeLessThan(blocks.length / 4);
});
