import { conformance } from "@hivemind/db-core/conformance";
import { describe, test } from "vitest";
import plugin from "../src/plugin.ts";
import { freshStore } from "./support/fresh-store.ts";

const module = new URL("../dist/plugin.js", import.meta.url);

describe("plain", () => {
  conformance({ describe, test, plugin, module, fresh: freshStore() });
});
describe("encrypted", () => {
  conformance({ describe, test, plugin, module, fresh: freshStore("sixteen-byte-key") });
});
describe("sealed", () => {
  const database = { seal: { key: "5e".repeat(32) } };
  conformance({ describe, test, plugin, module, database, fresh: freshStore() });
});
