/** What has changed, and what is written for the next release. */
export interface ReleaseState {
  /** Paths that differ from the base (of a pull request, or the last release), from the root. */
  changed: readonly string[];
  packages: readonly {
    name: string;
    /** Under packages/. */
    folder: string;
    version: string;
    /** That of the base; undefined for a package which it does not have. */
    versionBefore: string | undefined;
  }[];
  /** The packages that each waiting changeset names, by the changeset's file. */
  changesets: ReadonlyMap<string, readonly string[]>;
}

/** What users of a package can notice: its code, its docs and its manifest; neither tests nor the API report. */
const NOTICED = /^packages\/([^/]+)\/(?:src\/|docs\/|README\.md$|package\.json$)/;

export function changesetProblems({ changed, packages, changesets }: ReleaseState): string[] {
  const folders = new Set(changed.map((path) => NOTICED.exec(path)?.[1]));
  // A changeset that the base has already is of another change.
  const own = [...changesets].filter(([file]) => changed.includes(`.changeset/${file}`));
  const covered = new Set(own.flatMap(([, names]) => names));
  const missing = packages
    .filter(({ name, folder }) => folders.has(folder) && !covered.has(name))
    // The release itself: its changesets have become a version and a changelog.
    .filter(({ version, versionBefore }) => version === versionBefore)
    .map(({ name }) => `${name} has changed, and no changeset says so: npm run changeset`);
  const known = new Set(packages.map(({ name }) => name));
  const unknown = [...changesets].flatMap(([file, names]) =>
    names
      .filter((name) => !known.has(name))
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
