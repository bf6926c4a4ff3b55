import { describe, test } from "vitest";
import { conformance } from "../src/conformance/index.ts";
import plugin from "../src/memory/plugin.ts";
import { freshMemory } from "./conformance/fresh-memory.ts";

const suite = {
  describe,
  test,
  plugin,
  fresh: freshMemory,
  cannotHold: ["key-is-no-id", "id-beyond-2^53"],
} as const;

conformance(suite);
describe("sealed", () => {
  conformance({ ...suite, database: { seal: { key: "5e".repeat(32) } } });
});
