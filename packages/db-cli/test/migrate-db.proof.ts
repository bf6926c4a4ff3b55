/** 100,000 clients between every ordered pair of backends, killed at random moments, interrupted, and repeated. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isDbError, openDatabase, stringifyJson } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { clientJsonWithSecrets } from "../src/output/client-json.ts";
import { Hub } from "./support/hub.ts";
import { clientsText, inHub, rememberState } from "./support/many-clients.ts";
import { runJson } from "./support/run-cli.ts";
import { configFor, MODULES, ORDERED_PAIRS } from "./support/stores.ts";
import { runAndSignal } from "./support/start-cli.ts";

const COUNT = 100_000;
/** What ends a run, once a client between these two shares of all has arrived in the target. */
const ENDS = [
  ["SIGKILL", 0.05, 0.35],
  ["SIGKILL", 0.4, 0.6],
  ["SIGINT", 0.65, 0.8],
] as const;
const LOOK_EVERY_MS = 20;

interface Moved {
  readonly clients: Readonly<Record<"added" | "unchanged", number>>;
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe(`migrate-db of ${COUNT} clients`, () => {
  it.each(ORDERED_PAIRS)("loses nothing from %s to %s", async (from, to) => {
    const random = randomFrom(`${process.env["PROOF_SEED"] ?? "1"} ${from} ${to}`);
    const hub = new Hub()
      .withText("clients.json", clientsText(COUNT))
      .withText("clients.schema_version", "2");
    await rememberState(hub);
    const expected = await digestOf(hub, hub.configFile);
    const source = configFor(hub, from, from === "json" ? "clients" : `${to}-source`, redis.port);
    if (from !== "json") await runJson(hub, ["migrate-db", "--to", MODULES[from], "--to-config", source]);
    const target = configFor(hub, to, `${from}-target`, redis.port);
    const args = ["migrate-db", "--config", source, "--from", MODULES[from], "--to", MODULES[to]];
    args.push("--to-config", target);

    const trail: string[] = [];
    for (const [signal, least, most] of ENDS) {
      const id = Math.ceil(COUNT * (least + (most - least) * random()));
      const ended = await runAndSignal(hub, args, signal, (isOver) => arrivalOf(id, hub, target, isOver));
      trail.push(`${ended.signal ?? `exit code ${ended.code}`} once client ${id} was there`);
    }
    const done = await runJson<Moved>(hub, args);

    console.log(`${from} to ${to}: ${trail.join(", ")}; then ${JSON.stringify(done.clients)}`);
    expect(trail).toEqual(ENDS.map(([signal]) => expect.stringContaining(signal)));
    expect(done.clients.added).toBeGreaterThan(0);
    expect(await digestOf(hub, target)).toEqual(expected);
  });
});

/** Until the target has this client: what is written is seen from outside. */
async function arrivalOf(id: number, hub: Hub, config: string, isOver: () => boolean): Promise<void> {
  await inHub(hub, async () => {
    while (!isOver() && !(await isThere(id, config, isOver))) await delay(LOOK_EVERY_MS);
  });
}

async function isThere(id: number, config: string, isOver: () => boolean): Promise<boolean> {
  try {
    const database = await openDatabase(config, { from: import.meta.url });
    try {
      while (!isOver() && (await database.getClient(id)) === undefined) await delay(LOOK_EVERY_MS);
    } finally {
      await database.close();
    }
    return true;
  } catch (error) {
    // Before the first write.
    if (isDbError(error) && error.code === "missing-store") return false;
    throw error;
  }
}

/** Of every client with its secrets, in ascending id, and of the node's state. */
async function digestOf(hub: Hub, config: string): Promise<{ clients: number; sha256: string }> {
  return inHub(hub, async () => {
    const database = await openDatabase(config, { from: import.meta.url });
    const hash = createHash("sha256");
    let clients = 0;
    for await (const client of database.listClients()) {
      hash.update(stringifyJson(clientJsonWithSecrets(client, await database.secrets(client.id))));
      clients += 1;
    }
    hash.update(await stateText(database));
    await database.close();
    return { clients, sha256: hash.digest("hex") };
  });
}

async function stateText(database: ClientDatabase): Promise<string> {
  const scopes = [...(await database.stateScopes())].toSorted();
  const entries = await Promise.all(
    scopes.map(async (scope) => [...(await database.state(scope as "shared", "test").list())]),
  );
  return stringifyJson(
    entries.map((all, i) => [scopes[i] ?? "", ...all.map(([key, value]) => [key, value])]),
  );
}

/** Numbers from 0 to 1: the same for the same seed. */
function randomFrom(seed: string): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash("sha256").update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}
