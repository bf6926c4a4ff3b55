import { isExactNumber, parseJson, stringifyJson } from "@hivemind/db-core";
import * as fc from "fast-check";
import { promise } from "../trial.ts";
import { oddJson } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import type { Surface } from "./surface.ts";

export const jsonText: Surface = {
  name: "JSON texts",
  proves: "what is read is what JSON.parse reads, digit for digit, or one clear error that quotes nothing",
  prepare: async () => ({
    property: fc.asyncProperty(oddJson, async (text) => {
      const value = await onlyOurs(() => parseJson(text));
      if (value === undefined) return;
      const written = stringifyJson(value);
      promise(stringifyJson(parseJson(written)) === written, () => `it does not come back: ${written}`);
      if (!isExactNumber(value)) JSON.parse(text);
    }) as never,
    dispose: async () => undefined,
  }),
};
