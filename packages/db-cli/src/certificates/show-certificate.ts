import type { ClientCertificate, JsonObject } from "@hivemind/db-core";
import { escapeText } from "../output/escape.ts";
import type { Row } from "../output/table.ts";
import { formatTime } from "../output/time.ts";

export const CERTIFICATE_HEADER: Row = ["FINGERPRINT (SHA-256)", "SUBJECT", "ISSUER", "FROM", "UNTIL", ""];

/** `now`: Unix seconds. */
export function certificateRow(certificate: ClientCertificate, now: number): Row {
  const { fingerprint, subject, issuer, notBefore, notAfter } = certificate;
  const state = now > notAfter ? "expired" : now < notBefore ? "not yet valid" : "";
  return [
    fingerprint,
    escapeText(subject),
    escapeText(issuer),
    formatTime(notBefore),
    formatTime(notAfter),
    state,
  ];
}

export function certificateJson(certificate: ClientCertificate): JsonObject {
  const { fingerprint, subject, issuer, notBefore, notAfter, addedAt } = certificate;
  return { fingerprint, subject, issuer, notBefore, notAfter, addedAt };
}
