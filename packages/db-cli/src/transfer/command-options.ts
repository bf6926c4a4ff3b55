/** Options that all commands for moving data share. */
import type { Command } from "commander";
import { UsageError } from "../usage-error.ts";
import { CONFLICT_POLICIES } from "./policy.ts";
import type { ConflictPolicy } from "./policy.ts";

export interface QuietOption {
  readonly quiet?: true;
}

export interface SkipUnreadableOption {
  readonly skipUnreadable?: true;
}

export interface ConflictOption {
  readonly onConflict?: ConflictPolicy;
}

export interface NewIdsOption {
  readonly newIds?: true;
}

export interface DryRunOption {
  readonly dryRun?: true;
}

export function withQuiet(command: Command): Command {
  return command.option("--quiet", "show no progress");
}

export function withSkipUnreadable(command: Command): Command {
  return command.option("--skip-unreadable", "go on without records that cannot be read");
}

export function withDryRun(command: Command): Command {
  return command.option("--dry-run", "only say what would happen");
}

export function withNewIdsOption(command: Command): Command {
  return command.option("--new-ids", "give each client the next free id, and none that the file says");
}

export function withConflictPolicy(command: Command): Command {
  return command.option(
    "--on-conflict <policy>",
    "clients that are there already, and differ: fail, skip or replace",
    parsePolicy,
    "fail",
  );
}

function parsePolicy(text: string): ConflictPolicy {
  const policy = CONFLICT_POLICIES.find((one) => one === text);
  if (policy === undefined)
    throw new UsageError(`--on-conflict takes one of ${CONFLICT_POLICIES.join(", ")}`);
  return policy;
}
