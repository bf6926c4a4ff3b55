export interface LocatedPackage {
  name: string;
  /** From the root, such as `packages/db-core`. */
  directory: string;
  repository: unknown;
}

/**
 * npm takes a package with provenance only where its package.json names the repository that it was built in. The
 * root's package.json is the one place where that is decided; a package adds its folder.
 */
export function repositoryProblems(root: unknown, packages: readonly LocatedPackage[]): string[] {
  return packages.flatMap(({ name, directory, repository }) => {
    const wanted = JSON.stringify({ ...Object(root), directory });
    if (JSON.stringify(repository) === wanted) return [];
    return [`${name}: its package.json must have "repository": ${wanted}, as the root's names it`];
  });
}
