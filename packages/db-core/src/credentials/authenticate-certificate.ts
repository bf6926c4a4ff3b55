/** Whose certificate is this? The peer has presented it in a TLS handshake, which proves that it has the key. */
import { X509Certificate } from "node:crypto";
import type { Backend } from "../backend/contract.ts";
import type { Known } from "../cache/known.ts";
import type { LookUps } from "../cache/look-ups.ts";
import type { ClientId } from "../client.ts";
import type { Denied, DenyReason, Verdict } from "../permission.ts";
import { validEntries } from "./certificates.ts";
import { fingerprintOf } from "./parse-certificate.ts";
import type { TrustedCas } from "./trusted-cas.ts";
import { untimely } from "./validity.ts";

/** `trusted` absent: that an operator has added the certificate is all the trust it needs. */
export async function authenticateCertificate(
  lookUps: LookUps,
  backend: Backend,
  certificate: X509Certificate | undefined,
  trusted: TrustedCas | undefined,
): Promise<Verdict> {
  if (certificate === undefined) return denied("no-certificate");
  if (!(certificate instanceof X509Certificate)) {
    throw new TypeError("a certificate to authenticate is what tlsSocket.getPeerX509Certificate() answers");
  }
  const sha256 = fingerprintOf(certificate);
  const found = await lookUps.find("fingerprint", sha256);
  const holders: Known[] = [];
  for (const one of found) {
    // Never from memory, and after the record: no removal is missed.
    const valid = await validEntries(backend, one.record);
    if (valid.some((entry) => entry.sha256 === sha256)) holders.push(one);
  }

  const [holder, ...others] = holders;
  if (holder === undefined) {
    const reason = found.length === 0 ? "unknown-certificate" : "certificate-removed";
    return denied(reason, ...idsOf(found));
  }
  if (others.length > 0) return denied("ambiguous", ...idsOf(holders));
  const now = Date.now();
  const reason = untimely(certificate, now) ?? distrust(certificate, trusted, now);
  return reason === undefined ? { allowed: true, client: holder.client } : denied(reason, holder.client.id);
}

function distrust(
  certificate: X509Certificate,
  trusted: TrustedCas | undefined,
  now: number,
): DenyReason | undefined {
  return trusted === undefined || trusted.vouchFor(certificate, now) ? undefined : "certificate-untrusted";
}

const idsOf = (clients: readonly Known[]): readonly ClientId[] => clients.map(({ client }) => client.id);

function denied(reason: DenyReason, ...clientIds: readonly ClientId[]): Denied {
  return { allowed: false, reason, clientIds };
}
