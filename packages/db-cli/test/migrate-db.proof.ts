/** 100,000 clients between every ordered pair of backends, killed at random moments, interrupted, and repeated. */
import { createHash } from "node:crypto";
import { openDatabase, stringifyJson } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { clientJsonWithSecrets } from "../src/output/client-json.ts";
import { Hub } from "./support/hub.ts";
import { clientsText, inHub, rememberState } from "./support/many-clients.ts";
import { runJson } from "./support/run-cli.ts";
import { configFor, MODULES, ORDERED_PAIRS } from "./support/stores.ts";
import { runAndSignalAmid } from "./support/start-cli.ts";

const COUNT = 100_000;
const SIGNALS = ["SIGKILL", "SIGKILL", "SIGINT"] as const;
/** Lines of progress come so often. */
const LONGEST_MS = 5000;

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

    for (const signal of SIGNALS)
      await runAndSignalAmid(hub, args, signal, { text: "Writing", afterMs: random() * LONGEST_MS });
    const done = await runJson<{ clients: Record<string, number> }>(hub, args);

    console.log(`${from} to ${to}: ${JSON.stringify(done.clients)} after ${SIGNALS.join(", ")}`);
    expect(await digestOf(hub, target)).toEqual(expected);
  });
});

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
