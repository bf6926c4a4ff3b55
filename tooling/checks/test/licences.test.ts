import { expect, test } from "vitest";
import { licenceProblems } from "../src/rules/licences.ts";

test("a licence that is not permissive is named with its package", () => {
  expect(licenceProblems({ MIT: [{ name: "a" }], "GPL-3.0": [{ name: "b" }] })).toEqual([
    "b: the licence GPL-3.0 is not allowed",
  ]);
});

test("one allowed choice is enough, and of several at once all must be", () => {
  expect(licenceProblems({ "(MIT OR GPL-3.0)": [{ name: "a" }] })).toEqual([]);
  expect(licenceProblems({ "MIT AND GPL-3.0": [{ name: "a" }] })).toHaveLength(1);
});
