/** The table of a run, for people and for RESULTS.md. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import type { TrialResult } from "./run-trials.ts";
import type { Tally } from "./trial.ts";

const HEAD = ["Trial", "On", "Seed", "Tried", "Seconds", "Found", "Figures"];

export function table(results: readonly TrialResult[]): string {
  const rows = results.map(({ trial, seed, report, seconds, found }) => [
    trial.name,
    trial.subject,
    String(seed),
    shown(report.tried),
    seconds.toFixed(0),
    found === undefined ? "nothing" : found.replaceAll("|", "\\|").replaceAll("\n", " "),
    shown(report.figures ?? {}),
  ]);
  const lines = [HEAD, HEAD.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function shown(tally: Tally): string {
  return Object.entries(tally)
    .map(([what, count]) => `${typeof count === "number" ? count.toLocaleString("en") : count} ${what}`)
    .join(", ");
}

/** What the trials prove, once for each kind. */
export function promises(results: readonly TrialResult[]): string {
  const proofs = new Map(results.map(({ trial }) => [trial.name, trial.proves]));
  return [...proofs].map(([name, proves]) => `- **${name}**: ${proves}.`).join("\n");
}

export function commit(): string {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
}

export function redisVersion(): string {
  const program = process.env["HIVEMIND_REDIS_SERVER"] ?? "redis-server";
  const said = execFileSync(program, ["--version"], { encoding: "utf8" });
  return `Redis ${/v=(\S+)/.exec(said)?.[1] ?? said.trim()}`;
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
