import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { publishedPackages } from "../../tasks/src/packages.ts";
import { ROOT } from "../../tasks/src/paths.ts";
import { entriesOf } from "./entries.ts";
import { extractReports } from "./extract.ts";

export interface Report {
  /** From the root. */
  path: string;
  /** As the build has it; undefined where no entry point stands for the file any more. */
  built: string | undefined;
  /** As it is committed. */
  committed: string | undefined;
}

/** The public API of every package as it is built, beside what `packages/<name>/api` says of it. */
export function readReports(): Report[] {
  const scratch = mkdtempSync(join(tmpdir(), "api-reports-"));
  try {
    return publishedPackages().flatMap((published) => {
      const entries = entriesOf(published);
      const texts = extractReports(entries, scratch);
      const built = new Map(entries.map(({ report }, index) => [report, texts[index]]));
      const folder = join(published.folder, "api");
      const committed = existsSync(folder) ? readdirSync(folder).filter(isReport) : [];
      return [...new Set([...built.keys(), ...committed])].toSorted().map((name) => {
        const path = join(folder, name);
        const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
        return { path: relative(ROOT, path), built: built.get(name), committed: text };
      });
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

export function writeReports(reports: readonly Report[]): void {
  for (const { path, built } of reports) {
    if (built === undefined) rmSync(join(ROOT, path));
    else {
      mkdirSync(join(ROOT, path, ".."), { recursive: true });
      writeFileSync(join(ROOT, path), built);
    }
  }
}

function isReport(name: string): boolean {
  return name.endsWith(".api.md");
}
