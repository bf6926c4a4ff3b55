import { isExactNumber, isJsonObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { MASK, maskText } from "./mask-text.ts";
import { isVariableName, namesVariable, secrecyOf } from "./secret-names.ts";
import type { Secrecy } from "./secret-names.ts";

/**
 * The config with every secret as `********`, to be shown: what has a name like a secret's, anywhere in the
 * document, passwords inside URLs, private keys, and the options in `alsoSecret` (a plugin's `secretOptions`).
 * Names of files and environment variables, switches and durations stay visible.
 */
export function maskConfig(document: JsonObject, alsoSecret: readonly string[] = []): JsonObject {
  const names = new Set(alsoSecret.map((option) => option.slice(option.lastIndexOf(".") + 1)));
  return maskObject(document, "none", names);
}

function maskObject(object: JsonObject, within: Secrecy, alsoSecret: ReadonlySet<string>): JsonObject {
  // Object.fromEntries defines properties, so that a key named "__proto__" stays data.
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (namesVariable(name)) return [name, maskVariable(value)];
      const secrecy = alsoSecret.has(name) ? "all" : secrecyOf(name, within);
      return [name, maskValue(value, secrecy, alsoSecret)];
    }),
  );
}

function maskValue(value: Json, secrecy: Secrecy, alsoSecret: ReadonlySet<string>): Json {
  // An empty text says that there is no secret, which is worth knowing.
  if (typeof value === "string") return secrecy === "none" || value === "" ? maskText(value) : MASK;
  if (typeof value === "number" || isExactNumber(value)) return secrecy === "all" ? MASK : value;
  if (Array.isArray(value)) {
    return value.map((item: Json) => maskValue(item, secrecy === "none" ? "none" : "all", alsoSecret));
  }
  return isJsonObject(value) ? maskObject(value, secrecy, alsoSecret) : value;
}

/** The name of a variable is shown. Anything else in its place may be the secret itself, put there by mistake. */
function maskVariable(value: Json): Json {
  return typeof value === "string" && !isVariableName(value) ? MASK : value;
}
