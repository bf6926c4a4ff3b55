import { execFile } from "node:child_process";
import { join } from "node:path";
import { resolvePlugin } from "@hivemind/db-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../../tasks/src/paths.ts";
import { readDocuments } from "../src/documents.ts";
import { commandsOf, isInstall } from "../src/install-lines.ts";
import { programOf } from "../src/preludes.ts";
import { Sandbox } from "../src/sandbox.ts";

const blocks = readDocuments().flatMap((document) => document.blocks);
const toRun = (language: string) =>
  blocks.filter((block) => block.language === language && block.notRun === undefined);
/** Tested elsewhere (acl: db-redis; console: tooling/transcript writes it), a picture, or an image to build. */
const OTHERS = new Set(["acl", "console", "dockerfile", "mermaid"]);
const template = new Sandbox();
let sandbox: Sandbox;

beforeAll(() => template.addClients());
afterAll(() => template.remove());
beforeEach(() => {
  sandbox = new Sandbox(template);
});
afterEach(() => sandbox.remove());

describe("TypeScript", () => {
  test.each(toRun("ts"))("$place runs", async (block) => {
    expect(await sandbox.runProgram("program.ts", programOf(block))).toBeUndefined();
  });

  test("all of it passes the type check", async () => {
    const programs = toRun("ts").map((block) => {
      const name = `${block.place.replaceAll(/\W+/g, "-")}.ts`;
      sandbox.write(name, programOf(block));
      return name;
    });
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck"];
    const lib = ["--lib", "es2024,esnext.disposable", "--types", "node"];

    const said = await new Promise<string>((resolve) => {
      const args = [tsc, ...flags, ...lib, ...programs];
      execFile(process.execPath, args, { cwd: sandbox.folder }, (_error, stdout) => resolve(stdout));
    });

    expect(said).toBe("");
  });
});

describe("CommonJS", () => {
  test.each(toRun("js"))("$place runs", async ({ text }) => {
    expect(await sandbox.runProgram("program.cjs", text)).toBeUndefined();
  });
});

describe("the shell", () => {
  test.each(toRun("sh"))("$place succeeds", async (block) => {
    const commands = commandsOf(block).filter((line) => !isInstall(line));
    expect(await sandbox.runShell(commands.join("\n"))).toBeUndefined();
  });
});

describe("JSON", () => {
  test.each(toRun("json"))(
    "$place is a document, and a config with a backend of ours is accepted",
    async ({ text }) => {
      const value: { database?: { module: string } } = JSON.parse(text);
      if (value.database?.module.startsWith("@hivemind/") !== true) return;
      // Files that the example names.
      sandbox.write("redis.password", "secret");
      const path = join(sandbox.folder, "server.json");
      sandbox.write("server.json", text);

      const { moduleName } = await resolvePlugin(path, { from: sandbox.folder });

      expect(moduleName).toBe(value.database.module);
    },
  );
});

test("every language has a way to be run", () => {
  const known = new Set(["ts", "js", "sh", "json", ...OTHERS]);
  const unknown = blocks.filter(({ language, notRun }) => notRun === undefined && !known.has(language));

  expect(unknown.map(({ place, language }) => `${place} ${language}`)).toEqual([]);
});
