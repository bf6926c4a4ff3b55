/** What is said of an option that is not allowed: which one, what was given, what is allowed, and no secret. */
import { expect, test } from "vitest";
import type { BackendPlugin } from "../../src/backend/contract.ts";
import { givenPlugin } from "./support/given-plugin.ts";
import { NAME, refusal, SECRET, WHERE } from "./support/options-of.ts";

/** A plugin whose schema always has these objections. */
function objecting(...issues: object[]): BackendPlugin {
  return givenPlugin(NAME, { validate: () => ({ issues: issues as never }) });
}

test.each([
  ["a text", { subfolder: "../x" }, `.subfolder: given "../x"; stay inside`, ["subfolder"]],
  ["a number", { port: 99999 }, `.port: given 99999; stay inside`, ["port"]],
  ["a switch", { use_ssl: true }, `.use_ssl: given true; stay inside`, ["use_ssl"]],
  ["nothing", {}, `.host: given nothing; stay inside`, ["host"]],
  ["a list", { hosts: [] }, `.hosts: given a list; stay inside`, ["hosts"]],
  ["an object", { hosts: {} }, `.hosts: given an object; stay inside`, ["hosts"]],
  ["in a list", { hosts: [{ port: "x" }] }, `.hosts[0].port: given "x"; stay inside`, ["hosts", 0, "port"]],
  [
    "with steps as objects",
    { hosts: ["x"] },
    `.hosts[0]: given "x"; stay inside`,
    [{ key: "hosts" }, { key: 0 }],
  ],
  ["long", { a: "x".repeat(1e5) }, `.a: given "${"x".repeat(80)}..."; stay inside`, ["a"]],
  [
    "with control characters",
    { "a\nb": "\u001b[31m" },
    String.raw`["a\nb"]: given "\u001b[31m"; stay inside`,
    ["a\nb"],
  ],
  ["all of it", { a: 1 }, `: stay inside`, []],
  ["without a place", { a: 1 }, `: stay inside`, undefined],
])("is named with what was given and what is allowed: %s", async (_what, block, expected, path) => {
  const message = await refusal(block, objecting({ message: "stay inside", path }));

  expect(message).toBe(`${WHERE}${expected}`);
});

test.each([
  ["a secret option", { password: SECRET }, ["password"]],
  ["inside of one", { password: [SECRET] }, ["password", 0]],
  ["a name like a secret's", { inner: { apiToken: SECRET } }, ["inner", "apiToken"]],
  ["a secret option misspelt", { pasword: SECRET }, ["pasword"]],
  ["a number", { password: 12345678 }, ["password"]],
])("is not shown if it is %s", async (_what, block, path) => {
  const message = await refusal(block, objecting({ message: "16 bytes", path }));

  expect(message).toContain("given a secret (hidden); 16 bytes");
  expect(message).not.toContain("12345678");
});

test("a password inside of a URL is not shown, whoever quotes it", async () => {
  const url = `redis://user:${SECRET}@host`;
  const message = await refusal({ url }, objecting({ message: `"${url}" is no address`, path: ["url"] }));

  expect(message).toBe(
    `${WHERE}.url: given "redis://user:********@host"; "redis://user:********@host" is no address`,
  );
});

test("a secret that the schema quotes, or that stands in another option too, is not shown", async () => {
  const block = { password: SECRET, name: `x${SECRET}x` };
  const message = await refusal(block, objecting({ message: `no ${SECRET} please`, path: ["name"] }));

  expect(message).toBe(`${WHERE}.name: given "x********x"; no ******** please`);
});

test("each has its line, and none twice", async () => {
  const issue = { message: "too short", path: ["name"] };
  const message = await refusal(
    { name: "x", host: "y" },
    objecting(issue, issue, { message: "bad", path: ["host"] }),
  );

  expect(message.split("\n")).toEqual([
    `${WHERE}.name: given "x"; too short`,
    `${WHERE}.host: given "y"; bad`,
  ]);
});

test("of which there is none: the nearest name, and all names, where the schema knows them", async () => {
  const properties = { name: {}, password: {}, seal: { properties: { key: {}, cipher: {} } } };
  const issues = [
    { message: "Unrecognized", path: [], keys: ["passwrd", "zzz"] },
    { message: "Unrecognized", path: ["seal"], keys: ["cypher"] },
  ];
  const plugin = givenPlugin(NAME, { validate: () => ({ issues }), jsonSchema: { properties } });

  const message = await refusal({ passwrd: SECRET, zzz: SECRET, seal: { cypher: "x" } }, plugin);

  const options = "Options: name, password, password_env, password_file, seal";
  expect(message.split("\n")).toEqual([
    `${WHERE}.passwrd: there is no such option. Did you mean password? ${options}`,
    `${WHERE}.zzz: there is no such option. ${options}`,
    `${WHERE}.seal.cypher: there is no such option. Did you mean cipher? Options: cipher, key`,
  ]);
});

test("of which there is none, and no schema knows them", async () => {
  const issues = [{ message: "Unrecognized", path: [], keys: ["passwrd"] }];
  const unable = givenPlugin(NAME, {
    validate: () => ({ issues }),
    jsonSchema: () => {
      throw new Error("cannot be represented");
    },
  });

  expect(await refusal({ passwrd: SECRET }, unable)).toBe(`${WHERE}.passwrd: there is no such option.`);
});

test.each([
  ["a text", SECRET, "a string"],
  ["a list", [SECRET], "a list"],
  ["a switch", false, "the boolean false"],
])("a block that is %s", async (_what, block, given) => {
  expect(await refusal(block)).toBe(`${WHERE}: given ${given}; it must be an object`);
});
