/** A rekey is killed with -9 at ten random moments; the conformance suite holds its other promises. */
import { rekeyKilled } from "@hivemind/db-core/conformance";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { freshStore } from "./support/fresh-store.ts";

const module = new URL("../dist/plugin.js", import.meta.url);
const suite = { describe, test, plugin, module, fresh: freshStore() };

test("a rekey that is killed at any moment loses no secret, and goes on when it is repeated", async () => {
  const killed = rekeyKilled(suite, { kills: 10, random: Math.random });

  await expect(killed).resolves.toEqual({ killed: 10, amid: expect.any(Number) });
}, 120_000);
