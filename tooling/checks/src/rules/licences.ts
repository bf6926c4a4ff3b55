/** What may be in a production tree of an Apache-2.0 package: permissive, and known to be compatible. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
]);

/** Packages by their licence, as `pnpm licenses list --json` groups them. */
export type Licences = Readonly<Record<string, readonly { readonly name: string }[]>>;

export function licenceProblems(licences: Licences): string[] {
  return Object.entries(licences)
    .filter(([licence]) => !isAllowed(licence))
    .flatMap(([licence, packages]) =>
      packages.map(({ name }) => `${name}: the licence ${licence} is not allowed`),
    );
}

/** `(MIT OR GPL-3.0)` leaves the choice to us, `MIT AND ISC` does not. */
function isAllowed(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((licence) => ALLOWED.has(licence)));
}
