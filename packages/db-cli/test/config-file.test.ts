import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { setProperty } from "../src/config-file/set-property.ts";
import { Hub } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";

const COMMENTED = `// written by hand
{
  "agent_protocol": {"module": "x",   "n": 1.0},
  # the database
  "database": {
    // was: json
    "module": "hivemind-json-db-plugin",  "hivemind-json-db-plugin": { "name": "clients" }
  },
  "policy": [ 1,2 ]
}
`;

describe("a property is set, and no other byte changes", () => {
  it.each([
    ["a value", '{"a": 1, "b": 2}', ["a"], 3, '{"a": 3, "b": 2}'],
    ["the last of two", '{"a": 1, "a": 2}', ["a"], 3, '{"a": 1, "a": 3}'],
    ["a new one in a line", '{"a": 1}', ["b"], 2, '{"a": 1, "b": 2}'],
    ["a new one of lines", '{\n  "a": 1\n}', ["b"], 2, '{\n  "a": 1,\n  "b": 2\n}'],
    ["the first one", "{}", ["a"], true, '{\n    "a": true\n}'],
    ["one inside", '{"a": {"b": 1}}', ["a", "b"], 2, '{"a": {"b": 2}}'],
    ["one inside of what is not there", "{\n}\n", ["a", "b"], 1, '{\n    "a": {\n        "b": 1\n    }\n}\n'],
    ["one inside of what is no object", '{"a": null}', ["a", "b"], 1, '{"a": {\n    "b": 1\n}}'],
    ["with the line breaks of the file", '{\r\n\t"a": 1\r\n}', ["b"], 2, '{\r\n\t"a": 1,\r\n\t"b": 2\r\n}'],
    ["before a comment", '{\n  "a": 1\n  # end\n}', ["b"], 2, '{\n  "a": 1,\n  "b": 2\n  # end\n}'],
    ["a key of objects in JavaScript", '{"a": 1}', ["__proto__"], 2, '{"a": 1, "__proto__": 2}'],
  ])("%s", (_, text, path, value, after) => {
    expect(setProperty(text, path, value)).toBe(after);
  });

  it("in a config with comments", () => {
    const after = setProperty(COMMENTED, ["database", "module"], "hivemind-sqlite-db-plugin");
    expect(after).toBe(COMMENTED.replace("hivemind-json-db-plugin", "hivemind-sqlite-db-plugin"));
  });
});

describe("init", () => {
  it("writes the database block and no other byte, keeps the mode, and the file as it was beside it", async () => {
    const hub = new Hub();
    writeFileSync(hub.configFile, COMMENTED);
    chmodSync(hub.configFile, 0o640);
    const args = ["init", "--backend", "sqlite", "--option", "name=hive", "--yes"];
    const { changed, backup } = await runJson<{ changed: boolean; backup: string }>(hub, args);
    expect(changed).toBe(true);
    expect(readFileSync(backup, "utf8")).toBe(COMMENTED);
    expect([hub.configFile, backup].map((path) => statSync(path).mode & 0o777)).toEqual([0o640, 0o640]);
    expect(readFileSync(hub.configFile, "utf8")).toBe(
      COMMENTED.replace("hivemind-json-db-plugin", "hivemind-sqlite-db-plugin").replace(
        '{ "name": "clients" }\n',
        `{ "name": "clients" },
    "hivemind-sqlite-db-plugin": {
        "name": "hive"
    }
`,
      ),
    );
    expect(readdirSync(hub.dataFolder)).toContain("hive.db");
    expect(await runCli(hub, ["health"])).toMatchObject({ code: 0 });
  });

  it("does nothing where it is so already", async () => {
    const hub = new Hub();
    await runCli(hub, ["init", "--backend", "json"]);
    const before = hub.snapshot();
    const { code, stderr } = await runCli(hub, ["init", "--backend", "json"]);
    expect(code).toBe(0);
    expect(stderr).toContain("already names hivemind-json-db-plugin");
    expect(hub.snapshot()).toEqual(before);
  });

  it("follows a link to the config", async () => {
    const hub = new Hub().withoutConfig();
    const real = join(hub.home, "real.json");
    writeFileSync(real, "{}\n");
    symlinkSync(real, hub.configFile);
    expect(await runCli(hub, ["init", "--backend", "json"])).toMatchObject({ code: 0 });
    expect(lstatSync(hub.configFile).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, "utf8"))).toMatchObject({
      database: { module: "hivemind-json-db-plugin" },
    });
  });

  it.each([
    ["a store that cannot be reached", ["--backend", "redis", "--option", "port=1"], 4],
    ["options that are wrong", ["--backend", "json", "--option", "nme=x"], 2],
    ["a backend that nobody knows", ["--backend", "mongo"], 2],
    ["no backend, without a terminal", [], 2],
    ["another backend, without --yes", ["--backend", "sqlite"], 2],
  ])("writes nothing for %s", async (_, args, code) => {
    const hub = new Hub();
    const before = hub.snapshot();
    const more = args.includes("redis") ? ["--yes"] : [];
    expect(await runCli(hub, ["init", ...args, ...more])).toMatchObject({ code });
    expect(hub.snapshot()).toEqual(before);
  });
});
