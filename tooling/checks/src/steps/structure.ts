import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { publishedPackages } from "../../../tasks/src/packages.ts";
import { ROOT } from "../../../tasks/src/paths.ts";
import { boundaryProblems } from "../rules/boundaries.ts";
import { conformanceProblems } from "../rules/conformance.ts";
import { fileLengthProblems, type SourceText } from "../rules/file-lengths.ts";
import { fileNameProblems } from "../rules/file-names.ts";
import { licenseProblems } from "../rules/license.ts";
import type { LicensedPackage } from "../rules/license.ts";
import { repositoryProblems, type LocatedPackage } from "../rules/repository.ts";
import { parseModule } from "../rules/source-module.ts";
import type { Step } from "../step.ts";

/** The rules of this repository's own structure; each file under rules/ is one of them. */
export const structure: Step = {
  name: "structure",
  run: async () => {
    const sources = readSources();
    const modules = sources.map(({ path, text }) => parseModule(path, text));
    const problems = [
      ...[boundaryProblems, conformanceProblems, fileNameProblems].flatMap((rule) => rule(modules)),
      ...fileLengthProblems(sources),
      ...licenseProblems(readFileSync(join(ROOT, "LICENSE"), "utf8"), readLicenses()),
      ...repositoryProblems(readRootRepository(), readRepositories()),
    ];
    return { ok: problems.length === 0, output: problems.join("\n") };
  },
};

function readSources(): SourceText[] {
  return globSync("packages/*/src/**/*.ts", { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

function readLicenses(): LicensedPackage[] {
  return publishedPackages().map(({ name, folder }) => {
    const path = join(folder, "LICENSE");
    return { name, license: existsSync(path) ? readFileSync(path, "utf8") : undefined };
  });
}

function readRootRepository(): unknown {
  const manifest: { repository?: unknown } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return manifest.repository;
}

function readRepositories(): LocatedPackage[] {
  return publishedPackages().map(({ name, folder, manifest }) => {
    return { name, directory: `packages/${basename(folder)}`, repository: manifest.repository };
  });
}
