/** A rekey is killed with -9 at a hundred random moments, and started again. */
import { rekeyKilled } from "@hivemind/db-core/conformance";
import { expect, test } from "vitest";
import { rekeySuite } from "./support/rekey-suite.ts";

const suite = rekeySuite();

test("a hundred kills of a rekey lose no secret", async () => {
  const { killed, amid } = await rekeyKilled(suite, { kills: 100, random: Math.random });

  expect(killed).toBe(100);
  expect(amid).toBeGreaterThan(0);
  process.stdout.write(`100 rekeys killed, ${amid} of them with secrets under either key, none lost\n`);
}, 1_800_000);
