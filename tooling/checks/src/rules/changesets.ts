/** What is written for the next release, and whether it covers what has changed. */
export interface ReleaseState {
  /** Paths that differ from the last release (or the base of a pull request), from the root. */
  changed: readonly string[];
  /** The folder under packages/ of each published package, by its name. */
  packages: ReadonlyMap<string, string>;
  /** The packages that each waiting changeset names. */
  changesets: ReadonlyMap<string, readonly string[]>;
}

/** What users of a package can notice: its code, its docs and its manifest; neither tests nor the API report. */
const NOTICED = /^packages\/([^/]+)\/(?:src\/|docs\/|README\.md$|package\.json$)/;

export function changesetProblems({ changed, packages, changesets }: ReleaseState): string[] {
  const covered = new Set([...changesets.values()].flat());
  const folders = new Set(changed.map((path) => NOTICED.exec(path)?.[1]));
  const missing = [...packages]
    .filter(([name, folder]) => folders.has(folder) && !covered.has(name))
    .map(
      ([name]) => `${name} has changed since its last release, and no changeset says so: npm run changeset`,
    );
  const unknown = [...changesets].flatMap(([file, names]) =>
    names
      .filter((name) => !packages.has(name))
      .map((name) => `.changeset/${file} names ${name}, which is no published package`),
  );
  return [...missing, ...unknown];
}

/** The names in a changeset's front matter: `"@hivemind/db-core": minor`. */
export function namesIn(changeset: string): string[] {
  const front = /^---\n(.*?)\n?---/s.exec(changeset)?.[1] ?? "";
  return [...front.matchAll(/^["']?([^"':\n]+)["']?:\s*(?:patch|minor|major)\s*$/gm)].map(
    ([, name]) => name ?? "",
  );
}
