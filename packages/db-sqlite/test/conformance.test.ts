import { conformance } from "@hivemind/db-core/conformance";
import { describe, test } from "vitest";
import plugin from "../src/plugin.ts";
import { cannotHold, freshStore, rawKey } from "./support/fresh-store.ts";

const suite = { describe, test, plugin, module: new URL("../dist/plugin.js", import.meta.url), cannotHold };

describe.each([
  ["plain", undefined],
  ["encrypted", rawKey],
])("%s", (_name, password) => {
  conformance({ ...suite, fresh: freshStore(password) });
});
