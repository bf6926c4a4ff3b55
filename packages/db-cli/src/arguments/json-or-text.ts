import { parseJson } from "@hivemind/db-core";
import type { Json } from "@hivemind/db-core";

/** `true`, `12`, `["a"]` are what they say in JSON; what is no JSON is a text. */
export function jsonOrText(value: string): Json {
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
