/** One client for people: a line for each field. */
import { stringifyJson } from "@hivemind/db-core";
import type { Client, ClientSecrets, JsonObject } from "@hivemind/db-core";
import { escapeJson, escapeText } from "./escape.ts";
import type { Row } from "./table.ts";
import { formatTime } from "./time.ts";

const NONE = "-";

export function detailRows(client: Client): readonly Row[] {
  if (client.revoked)
    return [
      ["id", String(client.id)],
      ["state", "revoked"],
    ];
  return [
    ["id", String(client.id)],
    ["name", escapeText(client.name)],
    ["description", escapeText(client.description)],
    ["admin", yesNo(client.isAdmin)],
    ["last seen", formatTime(client.lastSeen)],
    ["may send", list(client.allowedTypes)],
    ["may broadcast", yesNo(client.canBroadcast)],
    ["may escalate", yesNo(client.canEscalate)],
    ["may propagate", yesNo(client.canPropagate)],
    ["skills denied", list(client.skillBlacklist)],
    ["intents denied", list(client.intentBlacklist)],
    ["metadata", json(client.metadata)],
  ];
}

export function secretRows(secrets: ClientSecrets | undefined): readonly Row[] {
  if (secrets === undefined) return [];
  return [
    ["access key", escapeText(secrets.accessKey)],
    ["password", escapeText(secrets.password ?? NONE)],
    ["crypto key", escapeText(secrets.cryptoKey ?? NONE)],
    ...(Object.keys(secrets.secretMetadata).length === 0
      ? []
      : [["secret metadata", json(secrets.secretMetadata)]]),
  ];
}

function list(values: readonly string[]): string {
  return values.length === 0 ? NONE : values.map(escapeText).join("\n");
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

function json(value: JsonObject): string {
  if (Object.keys(value).length === 0) return NONE;
  return escapeJson(stringifyJson(value, 2));
}
