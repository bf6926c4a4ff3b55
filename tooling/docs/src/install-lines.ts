import type { Block } from "./documents.ts";

/** `npm` on packages, which needs a registry: `npm run e2e` runs these, with one of its own. */
export function isInstall(line: string): boolean {
  return /^npm (?:install|init|pkg) /.test(line);
}

/** The commands of a shell block, with lines that `\` continues, and without comments. */
export function commandsOf({ text }: Block): string[] {
  return (
    text
      .replaceAll(/\\\n\s*/g, "")
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      // The same command, which the script of the root builds first.
      .map((line) => line.replace(/^npm run --silent hivemind-db -- /, "hivemind-db "))
      .filter((line) => line !== "" && !line.startsWith("#"))
  );
}
