import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { releaseBase, releaseState } from "../src/release-state.ts";
import { changesetProblems, namesIn } from "../src/rules/changesets.ts";

const packages = [
  { name: "@hivemind/db-core", folder: "db-core", version: "1.0.0", versionBefore: "1.0.0" },
  { name: "@hivemind/db-json", folder: "db-json", version: "1.0.0", versionBefore: "1.0.0" },
];

test("a change of a package's code without a changeset is named", () => {
  const changed = ["packages/db-core/src/json.ts", "packages/db-json/test/a.test.ts", "README.md"];

  expect(changesetProblems({ changed, packages, changesets: new Map() })).toEqual([
    expect.stringContaining("@hivemind/db-core has changed"),
  ]);
});

test("a changeset of another package does not cover it, its own does", () => {
  const changed = ["packages/db-core/package.json", ".changeset/a.md"];
  const other = new Map([["a.md", ["@hivemind/db-json"]]]);
  const own = new Map([["a.md", ["@hivemind/db-json", "@hivemind/db-core"]]]);

  expect(changesetProblems({ changed, packages, changesets: other })).toHaveLength(1);
  expect(changesetProblems({ changed, packages, changesets: own })).toEqual([]);
});

test("a changeset of an earlier change does not cover this one", () => {
  const changed = ["packages/db-core/src/json.ts"];
  const changesets = new Map([["earlier.md", ["@hivemind/db-core"]]]);

  expect(changesetProblems({ changed, packages, changesets })).toHaveLength(1);
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

describe("in a repository", () => {
  const NAME = "@hivemind/db-core";
  const NOTE = `---\n"${NAME}": minor\n---\n\nA new thing\n`;
  const NO_NOTE = [`${NAME} has changed, and no changeset says so: npm run changeset`];
  let root: string;
  let version: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "hivemind-changesets-"));
    git("init", "--quiet", "--initial-branch=main");
    setVersion("1.0.0");
    write("packages/db-core/src/a.ts", "first");
    commit("first");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test("before the first release nothing is asked for, but of a pull request", async () => {
    const base = git("rev-parse", "HEAD").trim();
    write("packages/db-core/src/a.ts", "second");
    commit("second");

    expect(await problems()).toEqual([]);
    expect(await problems(base)).toEqual(NO_NOTE);
    // As the first push of a branch names it.
    expect(await problems("0".repeat(40))).toEqual([]);
  });

  test("after it, a change needs its changeset, also one that is not added to git yet", async () => {
    git("tag", `${NAME}@1.0.0`);
    write("packages/db-core/src/a.ts", "second");
    expect(await problems()).toEqual(NO_NOTE);

    write(".changeset/new-thing.md", NOTE);
    expect(await problems()).toEqual([]);

    commit("second");
    const base = git("rev-parse", "HEAD").trim();
    write("packages/db-core/src/a.ts", "third, of another pull request");
    expect(await problems(base)).toEqual(NO_NOTE);
  });

  test("the release itself passes, before it is published and tagged, and as a pull request", async () => {
    git("tag", `${NAME}@1.0.0`);
    write("packages/db-core/src/a.ts", "second");
    write(".changeset/new-thing.md", NOTE);
    commit("second");
    const base = git("rev-parse", "HEAD").trim();
    rmSync(join(root, ".changeset/new-thing.md"));
    setVersion("1.1.0");
    commit("Release");

    expect(await problems()).toEqual([]);
    expect(await problems(base)).toEqual([]);
  });

  async function problems(base?: string): Promise<string[]> {
    const published = [
      { name: NAME, folder: join(root, "packages/db-core"), manifest: { name: NAME, version } },
    ];
    return changesetProblems(await releaseState(root, await releaseBase(root, base), published));
  }

  function setVersion(next: string): void {
    version = next;
    write("packages/db-core/package.json", JSON.stringify({ name: NAME, version }));
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function commit(message: string): void {
    git("add", "--all");
    git("-c", "user.name=a", "-c", "user.email=a@example.invalid", "commit", "--quiet", "-m", message);
  }

  function git(...args: string[]): string {
    return execFileSync("git", args, { cwd: root, encoding: "utf8" });
  }
});
