/** A rekey is killed with -9 at ten random moments; the conformance suite holds its other promises. */
import { rekeyKilled } from "@hivemind/db-core/conformance";
import { expect, test } from "vitest";
import { rekeySuite } from "./support/rekey-suite.ts";

const suite = rekeySuite();

test("a rekey that is killed at any moment loses no secret, and goes on when it is repeated", async () => {
  const killed = rekeyKilled(suite, { kills: 10, random: Math.random });

  await expect(killed).resolves.toEqual({ killed: 10, amid: expect.any(Number) });
}, 120_000);
