import { isExactNumber, parseJson } from "@hivemind/db-core";
import type { Json, JsonObject } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";

/** Digit for digit, as the core reads a store. Repeats nothing of the text: metadata can hold tokens. */
export function parseMetadata(text: string): JsonObject {
  const value = jsonOf(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value)) {
    return value as JsonObject;
  }
  throw new UsageError(`--metadata must be a JSON object, such as '{"site_id": "kitchen"}'`);
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    // Its message says no more than ours.
    return undefined;
  }
}
