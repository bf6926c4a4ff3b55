/** The table of a run, for people and for RESULTS.md. */
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import type { TrialResult } from "./run-trials.ts";

const HEAD = ["Trial", "On", "Tried", "Seconds", "Found"];

export function table(results: readonly TrialResult[]): string {
  const rows = results.map(({ trial, tally, seconds, found }) => [
    trial.name,
    trial.subject,
    Object.entries(tally)
      .map(([what, count]) => `${typeof count === "number" ? count.toLocaleString("en") : count} ${what}`)
      .join(", "),
    seconds.toFixed(0),
    found === undefined ? "nothing" : found.replaceAll("|", "\\|").replaceAll("\n", " "),
  ]);
  const lines = [HEAD, HEAD.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What the trials prove, once for each kind. */
export function promises(results: readonly TrialResult[]): string {
  const proofs = new Map(results.map(({ trial }) => [trial.name, trial.proves]));
  return [...proofs].map(([name, proves]) => `- **${name}**: ${proves}.`).join("\n");
}

export function machine(): string {
  const cores = cpus();
  return `Node ${process.versions.node}, ${process.platform} ${release()}, ${cores.length} x ${cores[0]?.model ?? "?"}`;
}

export function versions(packages: readonly string[]): string {
  return packages
    .map((name) => {
      const path = new URL(`../../../packages/${name}/package.json`, import.meta.url);
      return `${name} ${(JSON.parse(readFileSync(path, "utf8")) as { version: string }).version}`;
    })
    .join(", ");
}
