/** `--option KEY=VALUE`: options of a backend, as its block in the config has them. */
import type { Json, JsonObject } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";
import { jsonOrText } from "./json-or-text.ts";

/** Repeats no value: it can be a password. */
export function backendOptions(given: readonly string[]): JsonObject {
  return Object.fromEntries(
    given.map((text): [string, Json] => {
      const at = text.indexOf("=");
      if (at < 1) throw new UsageError("--option takes KEY=VALUE, such as --option port=6380");
      return [text.slice(0, at), jsonOrText(text.slice(at + 1))];
    }),
  );
}
