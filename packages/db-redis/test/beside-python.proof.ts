/**
 * Our nodes and Python hubs at random on the same clients, with connections that die: what has to hold,
 * holds.
 */
import type { ClientDatabase } from "@hivemind/db-core";
import { isDbError } from "@hivemind/db-core";
import { expect, test } from "vitest";
import { PythonHub } from "./support/python-hub.ts";
import type { PythonClient } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
const SEED = Number(process.env["PROOF_SEED"] ?? 1);
const MINUTES = Number(process.env["PROOF_MINUTES"] ?? 0.2);
const CLIENTS = 20;
const OPERATIONS = 400;

test("rounds of random operations beside a Python hub: nobody revoked gets in, nobody of ours gets lost", async () => {
  const end = performance.now() + MINUTES * 60_000;
  let rounds = 0;
  do {
    await oneRound(random(SEED + rounds));
    rounds += 1;
  } while (performance.now() < end);
  expect(rounds).toBeGreaterThan(0);
});

async function oneRound(pick: (below: number) => number): Promise<void> {
  await redis.admin.flushall();
  const nodes = [await redis.open({ retry_delay: 0.002 }), await redis.open({ retry_delay: 0.002 })];
  const node = (): ClientDatabase => nodes[pick(2)] as ClientDatabase;
  const hub = new PythonHub(redis.admin);
  const keyOf = new Map<number, string>();
  const revoked = new Map<number, string>();
  const stale: PythonClient[] = [];
  for (let i = 0; i < CLIENTS; i += 1) {
    const { client, secrets } = await node().addClient();
    keyOf.set(client.id, secrets.accessKey);
  }
  const some = (): number => [...keyOf.keys()][pick(keyOf.size)] as number;

  const operations: readonly (() => Promise<unknown>)[] = [
    async () => {
      const { client, secrets } = await node().addClient();
      expect(keyOf.has(client.id)).toBe(false);
      keyOf.set(client.id, secrets.accessKey);
    },
    async () => {
      const added = await hub.add({ api_key: `python-${keyOf.size}`, name: "python" });
      keyOf.set(added.client_id, added.api_key);
    },
    () => node().updateClient(some(), { description: String(pick(1000)) }),
    () => node().touch(some(), 1_700_000_000 + pick(1_000_000)),
    async () => {
      const id = some();
      await node().revokeClient(id);
      revoked.set(id, keyOf.get(id) as string);
    },
    async () => void stale.push(await hub.read(some())),
    async () => {
      const copy = stale[pick(stale.length)];
      if (copy !== undefined) await hub.write(copy);
    },
    async () => {
      const id = some();
      await hub.seen(id, keyOf.get(id) as string, 1_700_000_000 + pick(1_000_000));
    },
    async () => void (await Array.fromAsync(node().verify({ repair: pick(2) === 0 }))),
    async () => {
      const killed = await redis.admin.call("client", "kill", "type", "normal", "skipme", "yes");
      expect(killed).toBeGreaterThanOrEqual(0);
    },
  ];

  for (let i = 0; i < OPERATIONS; i += 1) {
    try {
      await operations[pick(operations.length)]?.();
    } catch (error) {
      // A tombstone cannot be changed, and a connection that was killed amid a call is reported as such.
      if (!isDbError(error) || !["no-such-client", "unconfirmed", "unreachable"].includes(error.code))
        throw error;
    }
    const [id, key] = [...revoked][pick(revoked.size)] ?? [];
    if (id === undefined || key === undefined) continue;
    const verdict = await node().authenticate({ accessKey: key });
    expect(verdict.allowed).toBe(false);
  }

  await Array.fromAsync(node().verify({ repair: true }));
  const clients = new Map((await Array.fromAsync(node().listClients())).map((client) => [client.id, client]));
  for (const [id, key] of keyOf) {
    const isRevoked = revoked.has(id);
    expect(clients.get(id)?.revoked, `client ${id}`).toBe(isRevoked);
    expect((await node().authenticate({ accessKey: key })).allowed, `client ${id}`).toBe(!isRevoked);
    expect((await hub.admit(key)) === undefined, `client ${id} at the hub`).toBe(isRevoked);
  }
  expect((await Array.fromAsync(node().verify())).map(({ code }) => code)).toEqual([]);
  for (const each of nodes) await each.close();
}

/** Small, seeded, and good enough to choose by (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
