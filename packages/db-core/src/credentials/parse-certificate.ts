/** X.509 certificates as they come in: PEM, DER, or parsed by `node:crypto`. Errors quote nothing of them. */
import { X509Certificate } from "node:crypto";
import { DbError } from "../errors.ts";

/** PEM as text or bytes, DER as bytes, or what `tlsSocket.getPeerX509Certificate()` answers. */
export type CertificateInput = string | Uint8Array | X509Certificate;

/** Far more than any certificate has. */
const MAX_BYTES = 64 * 1024;
const PEM_LABEL = /-----BEGIN ([^-\r\n]*)-----/g;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Exactly one certificate; `invalid` for everything else, and above all for a private key. */
export function parseCertificate(given: CertificateInput): X509Certificate {
  if (given instanceof X509Certificate) return given;
  if (typeof given !== "string" && !(given instanceof Uint8Array)) {
    throw new TypeError("a certificate is PEM text, DER bytes or an X509Certificate");
  }
  if (given.length > MAX_BYTES) throw invalid(`it has more than ${MAX_BYTES} bytes`);
  const text = typeof given === "string" ? given : Buffer.from(given).toString("latin1");
  const labels = pemLabels(text);
  if (labels.length === 0 && typeof given === "string") throw invalid("there is no PEM block in it");
  if (labels.length > 1) {
    throw invalid(
      `it holds ${labels.length} PEM blocks: give the client's own certificate alone, not its chain`,
    );
  }
  const certificate = x509(given, "it cannot be read as X.509, neither as PEM nor as DER");
  if (labels.length === 0 && certificate.raw.length !== given.length) {
    throw invalid("something follows the certificate: give the client's own certificate alone");
  }
  return certificate;
}

/** Every certificate of a PEM bundle, at least one. */
export function parseBundle(pem: string): readonly X509Certificate[] {
  const labels = pemLabels(pem);
  if (labels.length === 0) throw invalid("there is no PEM certificate in it");
  const blocks = pem.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length !== labels.length) throw invalid("one of its PEM blocks is cut off");
  return blocks.map((block) => x509(block, "one of its PEM blocks cannot be read as X.509"));
}

/** SHA-256 over the DER: lower-case hex. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** A fingerprint as people copy it: hex of either case, with or without colons. */
export function parseFingerprint(text: string): string {
  if (typeof text !== "string") throw new TypeError("a fingerprint is a string");
  const hex = text.replaceAll(":", "").trim().toLowerCase();
  if (/^[\da-f]{64}$/.test(hex)) return hex;
  throw new DbError(
    "invalid",
    "a fingerprint is the SHA-256 of a certificate: 64 hex digits, colons allowed",
  );
}

/** The labels of the PEM blocks, all of them certificates. */
function pemLabels(text: string): readonly string[] {
  const labels = Array.from(text.matchAll(PEM_LABEL), ([, label = ""]) => label);
  if (labels.some((label) => label.endsWith("PRIVATE KEY"))) {
    throw invalid(
      "there is a private key in it, which only its client should have: give the certificate alone",
    );
  }
  if (labels.some((label) => label.endsWith("CERTIFICATE REQUEST"))) {
    throw invalid("it is a request for a certificate: have a CA sign it, and give what that answers");
  }
  if (labels.some((label) => label !== "CERTIFICATE")) {
    throw invalid("there is a PEM block in it that is no certificate");
  }
  return labels;
}

function x509(given: string | Uint8Array, otherwise: string): X509Certificate {
  try {
    return new X509Certificate(given);
  } catch {
    // What OpenSSL says adds nothing that an operator could use, and nothing of the input is to get out.
    throw invalid(otherwise);
  }
}

function invalid(why: string): DbError {
  return new DbError("invalid", `not a certificate that can be used: ${why}`);
}
