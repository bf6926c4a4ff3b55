import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tasks/src/paths.ts";
import { readDocuments } from "../src/documents.ts";

const documents = readDocuments();
const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const help = execFileSync(process.execPath, [join(ROOT, "packages/db-cli/dist/main.js"), "--help"], {
  encoding: "utf8",
});
const cliCommands = new Set([...help.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name));

test.each(documents)("$path: every command that it mentions exists", ({ inline, blocks }) => {
  const texts = [...inline, ...blocks.filter(({ language }) => language === "sh").map(({ text }) => text)];
  const scripts = mentioned(texts, /\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g);
  const commands = mentioned(texts, /(?<![\w/@-])hivemind-db ([a-z][a-z-]+)/g);

  // `build` is an author's own.
  expect(scripts.filter((name) => !(name in manifest.scripts) && name !== "build")).toEqual([]);
  expect(commands.filter((name) => !cliCommands.has(name))).toEqual([]);
});

function mentioned(texts: readonly string[], pattern: RegExp): string[] {
  return texts.flatMap((text) =>
    [...text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? ""),
  );
}
