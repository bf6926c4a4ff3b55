import { describe, test } from "vitest";
import { conformance } from "../src/conformance/index.ts";
import plugin from "./conformance/durable/plugin.ts";
import { freshFile } from "./conformance/durable/fresh-file.ts";

conformance({
  describe,
  test,
  plugin,
  module: new URL("./conformance/durable/plugin.ts", import.meta.url),
  fresh: freshFile,
  cannotHold: ["key-is-no-id", "id-beyond-2^53"],
});
