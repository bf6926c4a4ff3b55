/** 100,000 clients, converted by processes that are killed at random and repeated. */
import type { ConvertReport } from "@hivemind/db-core";
import { expect, test } from "vitest";
import { convertInProcess, differences, seedLegacy } from "./support/conversion.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
const SEED = Number(process.env["PROOF_SEED"] ?? 1);
const MINUTES = Number(process.env["PROOF_MINUTES"] ?? 0.5);
const CLIENTS = 100_000;
/** A run that is not killed takes about this long. */
const LONGEST_MS = 8000;

test("killed at random and repeated, it ends with every record equal and the store without a fault", async () => {
  const end = performance.now() + MINUTES * 60_000;
  let [rounds, killed] = [0, 0];
  do {
    await redis.admin.flushall();
    await seedLegacy(redis.admin, CLIENTS);
    let report: ConvertReport | undefined;
    for (let i = 0; report === undefined; i += 1) {
      // What was cut off is no store for anybody.
      const version = await redis.admin.get("client:{clients}:schema_version");
      expect(version).toBe(i === 0 ? null : "999999999");
      report = await convertInProcess(redis.server.port, pause(SEED + rounds, i));
      if (report === undefined) killed += 1;
    }
    expect(report).toMatchObject({ isDone: true, records: CLIENTS, tombstones: CLIENTS / 10 });
    expect(await differences(redis.admin, CLIENTS)).toEqual([]);
    const db = await redis.open({ cluster_hash_tag: "clients" }, false);
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    rounds += 1;
  } while (performance.now() < end);
  process.stdout.write(`convert: ${rounds} conversions of ${CLIENTS} clients, killed ${killed} times\n`);
  expect(killed).toBeGreaterThan(0);
}, 1_800_000);

/** The longer it goes on, the later it is killed: it ends. */
function pause(seed: number, i: number): number {
  const fraction = Math.abs(Math.sin(seed * 997 + i * 7919)) % 1;
  return Math.round(fraction * LONGEST_MS * (1 + i / 4));
}
