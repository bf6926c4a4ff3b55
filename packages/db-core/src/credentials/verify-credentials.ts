/** What can be wrong with certificates and pinned keys: seen record by record, told at the end. */
import type { Backend, Finding, StoredRecord } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import type { ClientId } from "../client.ts";
import { clientCertificate, entriesOf, hasDamagedEntries } from "./certificate-entries.ts";
import type { CertificateEntry } from "./certificate-entries.ts";
import { dropInvalid } from "./certificates.ts";
import { forgetPinnedKeys } from "./pinned-keys.ts";
import { pinState } from "./pins.ts";
import { allRemovedEntries } from "./removed-certificates.ts";

export class CredentialAudit {
  readonly #entries = new Map<ClientId, readonly CertificateEntry[]>();
  readonly #damaged: ClientId[] = [];

  see(record: StoredRecord): void {
    if (isTombstone(record)) return;
    const entries = entriesOf(record);
    if (entries.length > 0) this.#entries.set(record.client_id, entries);
    if (hasDamagedEntries(record)) this.#damaged.push(record.client_id);
  }

  async *findings(backend: Backend, repair: boolean): AsyncGenerator<Finding> {
    yield* this.#cameBack(backend, repair);
    yield* this.#ambiguous();
    if (this.#damaged.length > 0) yield damaged(this.#damaged);
    const expired = [...this.#entries].flatMap(([id, entries]) => (entries.some(hasExpired) ? [id] : []));
    if (expired.length > 0) yield expiredFinding(expired);
    yield* pinnedForNobody(backend, repair);
  }

  /** From here on, what came back is no entry. */
  async *#cameBack(backend: Backend, repair: boolean): AsyncGenerator<Finding> {
    const removed = await allRemovedEntries(backend);
    const unreadable = [...removed].flatMap(([id, ids]) => (ids === undefined ? [id] : []));
    if (unreadable.length > 0) yield unreadableRemovals(unreadable);
    for (const [id, entries] of this.#entries) {
      const isRemoved = ({ id: entryId }: CertificateEntry): boolean =>
        removed.get(id)?.has(entryId) ?? false;
      if (!entries.some(isRemoved)) continue;
      this.#entries.set(
        id,
        entries.filter((entry) => !isRemoved(entry)),
      );
      if (repair) await dropInvalid(backend, id);
      yield cameBack(id, repair);
    }
  }

  *#ambiguous(): Generator<Finding> {
    const holders = new Map<string, Set<ClientId>>();
    for (const [id, entries] of this.#entries) {
      for (const { sha256 } of entries) holders.set(sha256, (holders.get(sha256) ?? new Set()).add(id));
    }
    for (const ids of holders.values()) if (ids.size > 1) yield ambiguous([...ids]);
  }
}

async function* pinnedForNobody(backend: Backend, repair: boolean): AsyncGenerator<Finding> {
  const pinned = [...(await pinState(backend).list()).keys()].map(Number);
  const entries = await backend.get(pinned.filter((id) => Number.isSafeInteger(id)));
  const ids = pinned.filter((id) => {
    const entry = entries.get(id);
    // A record that cannot be read may be of a living client.
    return entry === undefined || (entry.record !== undefined && isTombstone(entry.record));
  });
  if (ids.length === 0) return;
  if (repair) for (const id of ids) await forgetPinnedKeys(backend, id);
  yield {
    code: "pinned-keys-of-nobody",
    severity: "info",
    message: `Keys are pinned for clients that are revoked or unknown: ${ids.join(", ")}. A repair removes them.`,
    clientIds: ids,
    repair: repair ? "done" : "possible",
  };
}

function hasExpired(entry: CertificateEntry): boolean {
  return clientCertificate(entry).notAfter < Date.now() / 1000;
}

function unreadableRemovals(clientIds: readonly ClientId[]): Finding {
  return {
    code: "unreadable-removals",
    severity: "error",
    message: `Which certificates were removed from the clients ${clientIds.join(", ")} cannot be read, so none of theirs admits them. Mend "removed-certificates" in the shared state.`,
    clientIds,
    repair: "none",
  };
}

function cameBack(id: ClientId, repair: boolean): Finding {
  return {
    code: "certificate-came-back",
    severity: "error",
    message: `Another program has written a certificate back that was removed from client ${id}. It admits nobody; a repair removes it again.`,
    clientIds: [id],
    repair: repair ? "done" : "possible",
  };
}

function ambiguous(clientIds: readonly ClientId[]): Finding {
  return {
    code: "ambiguous-certificate",
    severity: "error",
    message: `The clients ${clientIds.join(", ")} have the same certificate, so it admits none of them. Remove it from all but one.`,
    clientIds,
    repair: "none",
  };
}

function damaged(clientIds: readonly ClientId[]): Finding {
  return {
    code: "damaged-certificate",
    severity: "warning",
    message: `Certificates in the records of the clients ${clientIds.join(", ")} were not added by this software and admit nobody. Add them anew.`,
    clientIds,
    repair: "none",
  };
}

function expiredFinding(clientIds: readonly ClientId[]): Finding {
  return {
    code: "expired-certificate",
    severity: "info",
    message: `The clients ${clientIds.join(", ")} have certificates that have expired. Give them new ones, or remove those.`,
    clientIds,
    repair: "none",
  };
}
