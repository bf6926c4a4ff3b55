import { describe, test } from "vitest";
import { conformance } from "../src/conformance/index.ts";
import plugin from "../src/memory/plugin.ts";
import { freshMemory } from "./conformance/fresh-memory.ts";

conformance({ describe, test, plugin, fresh: freshMemory, cannotHold: ["key-is-no-id", "id-beyond-2^53"] });
