/** A client as `--json` shows it. The names, their order and their types are part of the public API. */
import type { Client, ClientSecrets, JsonObject } from "@hivemind/db-core";

export function clientJson(client: Client): JsonObject {
  return {
    id: client.id,
    name: client.name,
    description: client.description,
    isAdmin: client.isAdmin,
    lastSeen: client.lastSeen,
    allowedTypes: client.allowedTypes,
    canBroadcast: client.canBroadcast,
    canEscalate: client.canEscalate,
    canPropagate: client.canPropagate,
    skillBlacklist: client.skillBlacklist,
    intentBlacklist: client.intentBlacklist,
    metadata: client.metadata,
    revoked: client.revoked,
  };
}

/** With its secrets; `null` for a revoked client, which has none. */
export function clientJsonWithSecrets(client: Client, secrets: ClientSecrets | undefined): JsonObject {
  if (secrets === undefined) return { ...clientJson(client), secrets: null };
  const { accessKey, password, cryptoKey, secretMetadata } = secrets;
  return { ...clientJson(client), secrets: { accessKey, password, cryptoKey, secretMetadata } };
}
