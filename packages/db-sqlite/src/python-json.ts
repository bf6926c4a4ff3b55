import { isExactNumber, isJsonObject } from "@hivemind/db-core/backend";
import type { Json, JsonObject } from "@hivemind/db-core/backend";

/**
 * The text that Python's `json.dumps` makes of a value. A hub that only moves `last_seen` writes the whole row
 * anew; were its text another one than ours, the triggers would take that for a change.
 */
export function pythonJson(value: Json): string {
  if (typeof value === "string") return asciiText(value);
  if (Array.isArray(value)) return pythonList(value);
  if (isExactNumber(value)) return value.rawJSON;
  return isJsonObject(value) ? pythonObject(value) : JSON.stringify(value);
}

// Every new client has some of these: with `map` and `join` it would take twice as long.
function pythonList(items: readonly Json[]): string {
  let members = "";
  for (const item of items) members += `${members === "" ? "" : ", "}${pythonJson(item)}`;
  return `[${members}]`;
}

function pythonObject(value: JsonObject): string {
  let members = "";
  for (const key of Object.keys(value))
    members += `${members === "" ? "" : ", "}${asciiText(key)}: ${pythonJson(value[key] as Json)}`;
  return `{${members}}`;
}

/** What JSON writes otherwise than it stands there, and Python too. */
const ESCAPED = /[^ !#-[\]-~]/;

function asciiText(text: string): string {
  if (!ESCAPED.test(text)) return `"${text}"`;
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
