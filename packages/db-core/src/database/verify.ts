/** What can be wrong with the records of any store, whatever keeps them. */
import type { Backend, Finding, StoredEntry } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import type { ClientId } from "../client.ts";
import { CredentialAudit } from "../credentials/verify-credentials.ts";
import { isDbError } from "../errors.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { verifySealing } from "../sealing/verify-sealing.ts";

/**
 * What any store can have wrong, then what this one can. Where the store is too damaged to list its records, the
 * backend says why, and may mend it.
 */
export async function* verifyAll(
  records: () => AsyncIterable<Finding>,
  backend: () => AsyncIterable<Finding>,
): AsyncGenerator<Finding> {
  let isUnlisted = false;
  try {
    yield* records();
  } catch (error) {
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    isUnlisted = true;
  }
  yield* backend();
  if (!isUnlisted) return;
  try {
    yield* records();
  } catch (error) {
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    yield unlisted(error.message);
  }
}

export async function* verifyRecords(
  backend: Backend,
  repair: boolean,
  keyring: Keyring,
): AsyncGenerator<Finding> {
  const ids = new Set<ClientId>();
  const byKey = new Map<string, ClientId[]>();
  const credentials = new CredentialAudit();
  let count = 0;
  for await (const page of backend.list()) {
    for (const entry of page) {
      count += 1;
      if (entry.id !== undefined) ids.add(entry.id);
      if (entry.record === undefined) {
        yield unreadable(entry);
        continue;
      }
      credentials.see(entry.record);
      if (!isTombstone(entry.record)) add(byKey, entry.record.api_key, entry.record.client_id);
    }
  }
  for (const [key, holders] of byKey) {
    if (key === "") yield emptyKey(holders);
    else if (holders.length > 1) yield ambiguous(holders);
  }
  if (ids.has(count + 1)) yield hazard(count + 1);
  yield* credentials.findings(backend, repair);
  yield* verifySealing(backend, keyring);
}

function add(byKey: Map<string, ClientId[]>, key: string, id: ClientId): void {
  const holders = byKey.get(key);
  if (holders === undefined) byKey.set(key, [id]);
  else holders.push(id);
}

function unlisted(why: string): Finding {
  return {
    code: "unreadable-store",
    severity: "error",
    message: `The clients cannot be listed, so nobody is let in: ${why}. See the other findings.`,
    clientIds: [],
    repair: "none",
  };
}

function unreadable(entry: Extract<StoredEntry, { readonly reason: string }>): Finding {
  return {
    code: "unreadable-record",
    severity: "error",
    message: `A record cannot be read: ${entry.reason}. It is kept as it is; correct it in the store, or remove it.`,
    clientIds: entry.id === undefined ? [] : [entry.id],
    repair: "none",
  };
}

function ambiguous(clientIds: readonly ClientId[]): Finding {
  return {
    code: "ambiguous-access-key",
    severity: "error",
    message: `The clients ${clientIds.join(", ")} have the same access key, so it admits none of them. Give each its own.`,
    clientIds,
    repair: "none",
  };
}

function emptyKey(clientIds: readonly ClientId[]): Finding {
  return {
    code: "empty-access-key",
    severity: "warning",
    message: `The clients ${clientIds.join(", ")} have an empty access key and cannot connect. Give each its own.`,
    clientIds,
    repair: "none",
  };
}

function hazard(id: ClientId): Finding {
  return {
    code: "count-plus-one-taken",
    severity: "warning",
    message: `A Python hub gives the next client the id ${id} (its count plus one) and would overwrite client ${id}. Add clients with this tool instead.`,
    clientIds: [id],
    repair: "none",
  };
}
