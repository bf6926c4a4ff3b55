import type { Backend } from "../backend/contract.ts";
import { matches, REVOKED_KEY } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import { checkPermission } from "../permission.ts";
import type { Permission, Verdict } from "../permission.ts";
import type { ClientId } from "../client.ts";
import type { Credential } from "./client-database.ts";
import { toClient } from "./client-codec.ts";

/** Whose access key is this? A key that could be in a record nobody can read is an error, not "unknown". */
export async function authenticate(backend: Backend, { accessKey }: Credential): Promise<Verdict> {
  if (typeof accessKey !== "string") throw new TypeError("an access key is a string");
  if (accessKey === "" || accessKey === REVOKED_KEY)
    return { allowed: false, reason: "reserved-key", clientIds: [] };
  // A lone surrogate cannot be stored, and some drivers would look for U+FFFD in its place.
  if (!accessKey.isWellFormed()) return { allowed: false, reason: "unknown-key", clientIds: [] };

  const found = (await backend.find("accessKey", [accessKey])).get(accessKey) ?? [];
  const clients = found
    // A second look at what the backend has found: an index must never be what admits somebody.
    .filter((entry) => matches(entry, "accessKey", accessKey))
    .map((entry) => {
      if (entry.record === undefined) throw unreadableError(entry);
      return toClient(entry.record);
    });

  const [client, ...others] = clients;
  if (client === undefined) return { allowed: false, reason: "unknown-key", clientIds: [] };
  if (others.length > 0)
    return { allowed: false, reason: "ambiguous", clientIds: clients.map(({ id }) => id) };
  return { allowed: true, client };
}

export async function authorize(backend: Backend, id: ClientId, permission: Permission): Promise<Verdict> {
  const entry = (await backend.get([id])).get(id);
  if (entry === undefined) return { allowed: false, reason: "unknown-client", clientIds: [] };
  if (entry.record === undefined) throw unreadableError(entry);
  return checkPermission(toClient(entry.record), permission);
}
