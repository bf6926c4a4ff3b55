/** What the operator wants done about conflicts. */
import type { Decision } from "./decision.ts";

export const CONFLICT_POLICIES = ["fail", "skip", "replace"] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

export type Action = "add" | "same" | "touch" | "replace" | "skip" | "stop";

export function actionOf(decision: Decision, policy: ConflictPolicy): Action {
  if (decision.kind !== "conflict") return decision.kind;
  if (policy === "fail") return "stop";
  if (policy === "skip") return "skip";
  if (decision.replace !== undefined) return "replace";
  // Nothing brings it back, so there is nothing to decide.
  return decision.isRevoked ? "skip" : "stop";
}
