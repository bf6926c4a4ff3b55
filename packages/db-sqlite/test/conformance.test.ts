import { conformance } from "@hivemind/db-core/conformance";
import { describe, test } from "vitest";
import plugin from "../src/plugin.ts";
import { cannotHold, freshStore, rawKey } from "./support/fresh-store.ts";

const suite = { describe, test, plugin, module: new URL("../dist/plugin.js", import.meta.url), cannotHold };

describe.each([
  ["plain", undefined, {}],
  ["encrypted, and its secrets sealed", rawKey, { seal: { key: "5e".repeat(32) } }],
])("%s", (_name, password, database) => {
  conformance({ ...suite, database, fresh: freshStore(password) });
});
