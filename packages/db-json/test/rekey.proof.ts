/** A rekey is killed with -9 at a hundred random moments, and started again. */
import { rekeyKilled } from "@hivemind/db-core/conformance";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { freshStore } from "./support/fresh-store.ts";

const module = new URL("../dist/plugin.js", import.meta.url);
const suite = { describe, test, plugin, module, fresh: freshStore() };

test("a hundred kills of a rekey lose no secret", async () => {
  const { killed, amid } = await rekeyKilled(suite, { kills: 100, random: Math.random });

  expect(killed).toBe(100);
  expect(amid).toBeGreaterThan(0);
  process.stdout.write(`100 rekeys killed, ${amid} of them with secrets under either key, none lost\n`);
}, 1_800_000);
