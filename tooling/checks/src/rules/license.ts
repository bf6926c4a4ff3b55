export interface LicensedPackage {
  name: string;
  /** The text of the LICENSE in its folder; undefined where there is none. */
  license: string | undefined;
}

/** npm packs a LICENSE from the package's own folder alone, so each published package has a copy of the root's. */
export function licenseProblems(root: string, packages: LicensedPackage[]): string[] {
  return packages
    .filter(({ license }) => license !== root)
    .map(({ name, license }) => {
      const problem = license === undefined ? "has no LICENSE" : "has another LICENSE than the root";
      return `${name}: ${problem}: copy the root's into its folder`;
    });
}
