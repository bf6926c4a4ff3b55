/** The certificates in a stored record: `metadata.hivemind_db.certificates`, beside what others keep there. */
import { randomUUID } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import type { StoredRecord } from "../backend/contract.ts";
import { OWN_METADATA } from "../backend/record.ts";
import { upgradeRecord } from "../backend/schema.ts";
import { isJsonObject, numberOf } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { fingerprintOf } from "./parse-certificate.ts";

/** A certificate that a client has. It says nothing secret. */
export interface ClientCertificate {
  /** SHA-256 over the DER: 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** As in the certificate, on one line: `CN=kitchen, O=Home`. For people; nothing is decided by it. */
  readonly subject: string;
  readonly issuer: string;
  /** Unix seconds. */
  readonly notBefore: number;
  /** Unix seconds. */
  readonly notAfter: number;
  /** Unix seconds. */
  readonly addedAt: number;
}

/** An entry that can be told from every other one, and so can be removed for good. */
export interface CertificateEntry {
  /** Made up for each adding: adding the same certificate again makes another entry. */
  readonly id: string;
  readonly sha256: string;
  readonly stored: JsonObject;
}

const MAX_NAME = 256;

export function newEntry(certificate: X509Certificate): CertificateEntry {
  const [id, sha256] = [randomUUID(), fingerprintOf(certificate)];
  const stored = Object.freeze({
    id,
    sha256,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    not_before: Math.floor(certificate.validFromDate.getTime() / 1000),
    not_after: Math.floor(certificate.validToDate.getTime() / 1000),
    added_at: Math.floor(Date.now() / 1000),
  });
  return { id, sha256, stored };
}

/** The entries of a record. One without an id could not be removed for good, so it counts for nothing. */
export function entriesOf(record: StoredRecord): readonly CertificateEntry[] {
  return rawEntries(record).flatMap((raw) => {
    const { id, sha256 } = namesOf(raw);
    return id === undefined || sha256 === undefined ? [] : [{ id, sha256, stored: raw as JsonObject }];
  });
}

/** Has the record entries that count for nothing? */
export function hasDamagedEntries(record: StoredRecord): boolean {
  return rawEntries(record).length > entriesOf(record).length;
}

/** The record without the entries that `isUnwanted` says; the same object where there is none of them. */
export function withoutEntries(
  record: StoredRecord,
  isUnwanted: (entry: Partial<CertificateEntry>) => boolean,
): StoredRecord {
  const raw = rawEntries(record);
  const kept = raw.filter((item) => !isUnwanted(namesOf(item)));
  return kept.length === raw.length ? record : withRaw(record, kept);
}

export function withEntry(record: StoredRecord, entry: CertificateEntry): StoredRecord {
  return withRaw(record, [...rawEntries(record), entry.stored]);
}

export function clientCertificate({ sha256, stored }: CertificateEntry): ClientCertificate {
  const text = (key: string): string => (typeof stored[key] === "string" ? stored[key] : "");
  const number = (key: string): number => numberOf(stored[key]) ?? 0;
  return Object.freeze({
    fingerprint: sha256,
    subject: text("subject"),
    issuer: text("issuer"),
    notBefore: number("not_before"),
    notAfter: number("not_after"),
    addedAt: number("added_at"),
  });
}

function namesOf(raw: Json): { readonly id?: string; readonly sha256?: string } {
  if (!isJsonObject(raw)) return {};
  const { id, sha256 } = raw;
  return {
    ...(typeof id === "string" && id !== "" ? { id } : {}),
    ...(typeof sha256 === "string" ? { sha256 } : {}),
  };
}

function rawEntries(record: StoredRecord): readonly Json[] {
  const metadata = record["metadata"];
  const own = isJsonObject(metadata) ? metadata[OWN_METADATA] : undefined;
  const certificates = isJsonObject(own) ? own["certificates"] : undefined;
  // cjson in a Python hub's Redis script turns an empty list into {}.
  return Array.isArray(certificates) ? certificates : [];
}

/** What is empty goes, so that a record without certificates is what it was before there were any. */
function withRaw(stored: StoredRecord, certificates: readonly Json[]): StoredRecord {
  const record = upgradeRecord(stored);
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const { [OWN_METADATA]: before, ...others } = metadata;
  const { certificates: _, ...own } = isJsonObject(before) ? before : ({} as JsonObject);
  const next: JsonObject = Object.freeze(
    certificates.length === 0 ? own : { ...own, certificates: Object.freeze(certificates) },
  );
  return Object.freeze({
    ...record,
    metadata: Object.freeze(Object.keys(next).length === 0 ? others : { ...others, [OWN_METADATA]: next }),
  });
}

/** `node:crypto` gives a name with a line for each part, and escapes what could pretend to be one. */
function oneLine(name: string | undefined): string {
  const line = (name ?? "").split("\n").join(", ").toWellFormed();
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…`.toWellFormed() : line;
}
