/** Clients of every kind, many of them, as stored records, and what the node remembers beside them. */
import { openDatabase } from "@hivemind/db-core";
import type { Client, ClientSecrets, Json } from "@hivemind/db-core";
import { vi } from "vitest";
import type { Hub } from "./hub.ts";

export interface SeenClient {
  readonly client: Client;
  readonly secrets: ClientSecrets | undefined;
}

/** The text of a `clients.json`, with a record of ids 1 to `count`. Numbers of Python, unknown fields, tombstones. */
export function clientsText(count: number): string {
  const members = Array.from(
    { length: count },
    (_, i) => `${JSON.stringify(String(i + 1))}: ${recordText(i + 1)}`,
  );
  return `{\n${members.join(",\n")}\n}`;
}

function recordText(id: number): string {
  const revoked = id % 17 === 0;
  const record = {
    client_id: id,
    api_key: revoked ? "revoked" : `key-${id}-clé`,
    name: revoked ? "" : `client ${id}, "東京"`,
    description: id % 3 === 0 ? "two\nlines" : "",
    is_admin: id % 5 === 0,
    last_seen: id % 3 === 0 ? 1_755_264_536.482113 + id : -1,
    allowed_types: id % 4 === 0 ? [] : ["speak", `type:${id}`],
    crypto_key: id % 4 === 0 ? "0123456789abcdef" : null,
    password: revoked ? null : `pässword ${id}`,
    can_broadcast: id % 2 === 0,
    can_escalate: id % 7 !== 0,
    can_propagate: true,
  };
  const own = { certificates: [{ sha256: String(id).padStart(64, "a") }] };
  const metadata = `{"big": ${12345678901234567890n + BigInt(id)}, "float": ${id}.0, "hivemind_db": ${JSON.stringify(own)}}`;
  const unknown = id % 6 === 0 ? `, "site_id": "site ${id}"` : "";
  return `${JSON.stringify(record).slice(0, -1)}, "metadata": ${revoked ? "{}" : metadata}${unknown}}`;
}

/** Everything that a store of this hub holds, read through the public interface. */
export async function contentOf(hub: Hub, config = hub.configFile) {
  return inHub(hub, async () => {
    const database = await openDatabase(config, { from: import.meta.url });
    try {
      const listed: Client[] = [];
      for await (const client of database.listClients()) listed.push(client);
      const clients: SeenClient[] = await Promise.all(
        listed.map(async (client) => ({ client, secrets: await database.secrets(client.id) })),
      );
      const state: Record<string, Record<string, Json>> = {};
      for (const scope of [...(await database.stateScopes())].toSorted()) {
        const entries = await database.state(scope as "shared", "test").list();
        state[scope] = Object.fromEntries(entries);
      }
      return { clients, state };
    } finally {
      await database.close();
    }
  });
}

/** As two nodes of this hub would remember it. */
export async function rememberState(hub: Hub): Promise<void> {
  await inHub(hub, async () => {
    const database = await openDatabase(hub.configFile, { from: import.meta.url });
    await database.state("shared", "test").set("motd", { text: "hello", big: 12345678901234567890n });
    await database.state("node:kitchen hub", "test").set("identity", "a private key");
    await database.close();
  });
}

export async function inHub<T>(hub: Hub, work: () => Promise<T>): Promise<T> {
  for (const name of ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"]) vi.stubEnv(name, hub.env[name]);
  try {
    return await work();
  } finally {
    vi.unstubAllEnvs();
  }
}
