import { isExactNumber, isJsonObject } from "@hivemind/db-core/backend";
import type { Json } from "@hivemind/db-core/backend";

/**
 * The text that Python's `json.dumps` makes of a value. A hub that only moves `last_seen` writes the whole row
 * anew; were its text another one than ours, the triggers would take that for a change.
 */
export function pythonJson(value: Json): string {
  if (typeof value === "string") return asciiText(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (isExactNumber(value)) return value.rawJSON;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).map((key) => `${asciiText(key)}: ${pythonJson(value[key] as Json)}`);
  return `{${members.join(", ")}}`;
}

const NOT_ASCII = /[\u007f-\uffff]/;

function asciiText(text: string): string {
  const json = JSON.stringify(text);
  if (!NOT_ASCII.test(json)) return json;
  return json.replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
