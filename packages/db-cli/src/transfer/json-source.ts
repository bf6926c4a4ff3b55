/** Clients from JSON: what export-clients and list-clients write. */
import { DbError, isJsonObject, numberOf, parseJson } from "@hivemind/db-core/backend";
import type { Json, JsonObject } from "@hivemind/db-core/backend";
import type { ClientFields } from "@hivemind/db-core";
import { DraftReader } from "./draft-candidate.ts";
import type { Draft } from "./draft-candidate.ts";
import { jsonItems } from "./json-items.ts";
import type { Source, SourceEntry } from "./source.ts";

const PAGE = 500;

export function jsonSource(path: string): Source {
  return {
    schema: 2,
    onUnreadable: { code: "invalid", advice: "Mend these clients, or leave them out with --skip-unreadable" },
    pages: () => pagesOf(path),
    state: async function* () {},
  };
}

async function* pagesOf(path: string): AsyncGenerator<readonly SourceEntry[]> {
  const reader = new DraftReader();
  let page: SourceEntry[] = [];
  for await (const { text, line } of jsonItems(path)) {
    page.push(reader.entry(`line ${line}`, () => draftOf(parsed(text))));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function parsed(text: string): JsonObject {
  let value: Json | undefined;
  try {
    value = parseJson(text);
  } catch {
    // Its message says no more than ours.
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw new DbError("invalid", "it is not a JSON object");
}

const FIELDS: ReadonlySet<string> = new Set([
  "name",
  "description",
  "isAdmin",
  "lastSeen",
  "allowedTypes",
  "canBroadcast",
  "canEscalate",
  "canPropagate",
  "skillBlacklist",
  "intentBlacklist",
  "metadata",
] satisfies (keyof ClientFields)[]);
const SECRETS: ReadonlySet<string> = new Set([
  "accessKey",
  "password",
  "cryptoKey",
  "secretMetadata",
] satisfies (keyof ClientFields)[]);

function draftOf({ id, revoked = false, secrets, ...fields }: JsonObject): Draft {
  const unknown = [
    ...Object.keys(fields).filter((name) => !FIELDS.has(name)),
    ...Object.keys(isJsonObject(secrets) ? secrets : {}).filter((name) => !SECRETS.has(name)),
  ];
  // Names only: a value that stands where a name belongs is not repeated.
  if (unknown.length > 0)
    throw new DbError(
      "invalid",
      `it has ${unknown.length} fields that a client has not; see show-client --json`,
    );
  if (id !== undefined && typeof id !== "number") throw new DbError("invalid", "id must be a whole number");
  if (typeof revoked !== "boolean") throw new DbError("invalid", "revoked must be true or false");
  const lastSeen = fields["lastSeen"];
  const given = {
    ...fields,
    ...(isJsonObject(secrets) ? secrets : {}),
    ...(lastSeen === undefined || lastSeen === null ? {} : { lastSeen: numberOf(lastSeen) ?? lastSeen }),
  };
  return {
    ...(id === undefined ? {} : { id }),
    revoked,
    // Checked field by field before it is used.
    fields: given as Partial<ClientFields>,
  };
}
