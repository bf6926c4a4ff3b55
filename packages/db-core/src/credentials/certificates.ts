/** Adding and removing the certificates of a client, over the records of any backend. */
import type { X509Certificate } from "node:crypto";
import type { Backend, StoredRecord } from "../backend/contract.ts";
import { indexValues, isTombstone } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { ClientId } from "../client.ts";
import { DbError, isDbError } from "../errors.ts";
import { clientCertificate, entriesOf, newEntry, withEntry, withoutEntries } from "./certificate-entries.ts";
import type { CertificateEntry, ClientCertificate } from "./certificate-entries.ts";
import { fingerprintOf } from "./parse-certificate.ts";
import { rememberRemoved, removedEntries } from "./removed-certificates.ts";

/** Each attempt fails only where another program has brought a removed certificate back once more. */
const ATTEMPTS = 5;

/** The certificates of a client, by the time they were added; `undefined` for an unknown or revoked client. */
export async function listCertificates(
  backend: Backend,
  id: ClientId,
): Promise<readonly ClientCertificate[] | undefined> {
  const record = await livingRecord(backend, id);
  if (record === undefined) return undefined;
  return (await validEntries(backend, record)).map(clientCertificate);
}

/** The entries of a record that were not removed. Read after the record, so that no removal is missed. */
export async function validEntries(
  backend: Backend,
  record: StoredRecord,
): Promise<readonly CertificateEntry[]> {
  const entries = entriesOf(record);
  if (entries.length === 0) return entries;
  const removed = await removedEntries(backend, record.client_id);
  return entries.filter((entry) => !removed.has(entry.id));
}

/** Adds it, or answers what is there already. `duplicate-key` where another living client has it. */
export async function addCertificate(
  backend: Backend,
  id: ClientId,
  certificate: X509Certificate,
): Promise<ClientCertificate> {
  const sha256 = fingerprintOf(certificate);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // In a step of its own: a fingerprint that the record has already would not be checked to be free.
    await dropInvalid(backend, id, sha256);
    try {
      const entry = await addEntry(backend, id, certificate);
      if (entry !== undefined) return clientCertificate(entry);
    } catch (error) {
      if (!(await freedElsewhere(backend, error, sha256))) throw error;
    }
  }
  throw new DbError(
    "locked",
    `another program keeps bringing back a certificate that was removed (client ${id}): stop it, and try again`,
    { clientIds: [id] },
  );
}

/** `undefined`: an entry that counts for nothing came back just now. */
async function addEntry(
  backend: Backend,
  id: ClientId,
  certificate: X509Certificate,
): Promise<CertificateEntry | undefined> {
  const entry = newEntry(certificate);
  const record = await changeLiving(backend, id, (now) =>
    indexValues(now, "fingerprint").includes(entry.sha256) ? now : withEntry(now, entry),
  );
  return (await validEntries(backend, record)).find(({ sha256 }) => sha256 === entry.sha256);
}

/** Is it only entries that were removed, and came back, which keep the certificate from its new client? */
async function freedElsewhere(backend: Backend, error: unknown, sha256: string): Promise<boolean> {
  if (!isDbError(error) || error.code !== "duplicate-key") return false;
  for (const other of error.clientIds) {
    const record = await livingRecord(backend, other);
    if (record === undefined) continue;
    if ((await validEntries(backend, record)).some((entry) => entry.sha256 === sha256)) return false;
    await dropInvalid(backend, other, sha256);
  }
  return true;
}

/** Takes it from the client, for good; `false` where the client does not have it. */
export async function removeCertificate(backend: Backend, id: ClientId, sha256: string): Promise<boolean> {
  const record = await livingRecord(backend, id);
  if (record === undefined) throw noSuchClient(id);
  const removed = entriesOf(record).flatMap((entry) => (entry.sha256 === sha256 ? [entry.id] : []));
  // From here on it is denied, whatever becomes of the record.
  if (removed.length > 0) await rememberRemoved(backend, id, removed);
  // By id: what somebody adds anew meanwhile stays.
  const isUnwanted = (entry: Partial<CertificateEntry>): boolean =>
    entry.sha256 === sha256 && (entry.id === undefined || removed.includes(entry.id));
  await changeLiving(backend, id, (now) => withoutEntries(now, isUnwanted));
  return withoutEntries(record, isUnwanted) !== record;
}

/** Takes out the entries that were removed and came back, and those of this fingerprint that are damaged. */
export async function dropInvalid(backend: Backend, id: ClientId, sha256?: string): Promise<void> {
  const record = await livingRecord(backend, id);
  if (record === undefined) return;
  const removed = await removedEntries(backend, id);
  const isInvalid = (entry: Partial<CertificateEntry>): boolean =>
    entry.id === undefined ? sha256 !== undefined && entry.sha256 === sha256 : removed.has(entry.id);
  if (withoutEntries(record, isInvalid) === record) return;
  await changeLiving(backend, id, (now) => withoutEntries(now, isInvalid));
}

async function livingRecord(backend: Backend, id: ClientId): Promise<StoredRecord | undefined> {
  const entry = (await backend.get([id])).get(id);
  if (entry === undefined) return undefined;
  if (entry.record === undefined) throw unreadableError(entry);
  return isTombstone(entry.record) ? undefined : entry.record;
}

async function changeLiving(
  backend: Backend,
  id: ClientId,
  change: (now: StoredRecord) => StoredRecord,
): Promise<StoredRecord> {
  const record = await backend.update(id, (now) => {
    if (isTombstone(now)) throw noSuchClient(id);
    const next = change(now);
    return next === now ? undefined : next;
  });
  if (record === undefined) throw noSuchClient(id);
  return record;
}

function noSuchClient(id: ClientId): DbError {
  return new DbError("no-such-client", `there is no living client ${id}`, { clientIds: [id] });
}
