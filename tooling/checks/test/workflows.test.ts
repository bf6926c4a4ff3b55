import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validate } from "@actions/languageservice";
import { describe, expect, onTestFinished, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { ROOT } from "../../tasks/src/paths.ts";
import { workflowProblems } from "../src/rules/workflows.ts";

const manifest: { scripts: object; repository: { url: string } } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const surroundings = {
  scripts: Object.keys(manifest.scripts),
  exists: (path: string) => existsSync(join(ROOT, path)),
};
const paths = globSync(".github/workflows/*.yml", { cwd: ROOT }).toSorted();
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

test("there are workflows", () => {
  expect(paths).toEqual([".github/workflows/ci.yml", ".github/workflows/release.yml"]);
});

describe.each(paths)("%s", (path) => {
  test("GitHub's own parser finds nothing", async () => {
    expect(await diagnostics(path, read(path))).toEqual([]);
  });

  test("keeps our rules", () => {
    expect(workflowProblems(path, read(path), surroundings)).toEqual([]);
  });
});

test.each([
  ["runs-on: ubuntu-24.04", "run-on: ubuntu-24.04"],
  ["  pull_request:", "  pull_requests:"],
  ["contents: read", "contents: reed"],
  ["matrix.node }}", "matrix.nod }}"],
  ["hashFiles(", "hashFile("],
  ["services:", "service:"],
])("GitHub's parser would find %s as %s", async (right, wrong) => {
  const [ci = ""] = paths;
  expect(read(ci)).toContain(right);

  expect(await diagnostics(ci, read(ci).replace(right, wrong))).not.toEqual([]);
});

test("each of our rules names what breaks it", () => {
  const workflow = `
    on: push
    jobs:
      a:
        steps:
          - uses: actions/checkout@v7
          - run: npm run bild && .ci/runs
  `;

  expect(workflowProblems("a.yml", workflow, surroundings)).toEqual([
    "a.yml: says nothing of its permissions",
    "a.yml: the job a has no timeout-minutes",
    "a.yml: actions/checkout@v7 is no commit",
    "a.yml: there is no npm script bild",
    "a.yml: there is no .ci/runs",
  ]);
});

describe("the next step of a release", () => {
  const ours = manifest.repository.url.replace(/^git\+https:\/\/github\.com\/(.*)\.git$/, "$1");

  test.each([
    ["version", "where changesets wait", ours, ["README.md", "new-thing.md"]],
    ["publish", "where none does", ours, ["README.md"]],
    ["none", "in a fork", "somebody/hivemind-db", ["README.md", "new-thing.md"]],
  ])("%s %s", (next, _where, repository, notes) => {
    const folder = mkdtempSync(join(tmpdir(), "hivemind-release-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    mkdirSync(join(folder, ".changeset"));
    for (const name of notes) writeFileSync(join(folder, ".changeset", name), "");

    const said = execFileSync(process.execPath, [join(ROOT, ".ci/next-release-step.mjs")], {
      cwd: folder,
      env: { GITHUB_REPOSITORY: repository },
      encoding: "utf8",
    });

    expect(said).toBe(`next=${next}\n`);
  });
});

async function diagnostics(path: string, text: string): Promise<string[]> {
  // It remembers what it has parsed, by the address alone.
  const document = TextDocument.create(`file:///${randomUUID()}/${path}`, "yaml", 1, text);
  return (await validate(document)).map(
    ({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`,
  );
}
