/**
 * Was a certificate issued by a CA that the operator trusts? Signatures, issuer names, the CA flag, the right
 * to sign and the period of every certificate up to a trusted one. No revocation lists: here, a certificate is
 * removed from its client.
 */
import type { X509Certificate } from "node:crypto";
import { DbError } from "../errors.ts";
import { parseBundle } from "./parse-certificate.ts";
import { untimely } from "./validity.ts";

/** Longer chains are not met in practice; the peer chooses what it presents. */
const MAX_INTERMEDIATES = 8;

export class TrustedCas {
  readonly #cas: readonly X509Certificate[];

  /** PEM texts, each with one or more CA certificates. `invalid` for anything else. */
  constructor(pems: readonly string[]) {
    if (!Array.isArray(pems) || !pems.every((pem) => typeof pem === "string")) {
      throw new TypeError("trusted CAs are a list of PEM texts");
    }
    this.#cas = pems.flatMap((pem) => parseBundle(pem));
    if (this.#cas.some((certificate) => !certificate.ca)) {
      throw new DbError("invalid", "one of the trusted CAs is no CA: give the certificates that sign others");
    }
  }

  /** At `now` (ms). Intermediates that the peer has presented (`issuerCertificate`) are followed. */
  vouchFor(certificate: X509Certificate, now: number): boolean {
    let subject = certificate;
    for (let steps = 0; steps <= MAX_INTERMEDIATES; steps += 1) {
      if (this.#cas.some((ca) => hasIssued(ca, subject, now))) return true;
      const issuer = subject.issuerCertificate;
      if (issuer === undefined || !hasIssued(issuer, subject, now)) return false;
      subject = issuer;
    }
    return false;
  }
}

/** `checkIssued` compares names and key ids, and sees that the issuer's key may sign certificates. */
function hasIssued(issuer: X509Certificate, subject: X509Certificate, now: number): boolean {
  return (
    issuer.ca &&
    untimely(issuer, now) === undefined &&
    subject.checkIssued(issuer) &&
    subject.verify(issuer.publicKey)
  );
}
