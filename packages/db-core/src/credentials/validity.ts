import type { X509Certificate } from "node:crypto";

/** Why a certificate is not valid at `now` (ms); both ends of its period belong to it, as in RFC 5280. */
export function untimely(
  certificate: X509Certificate,
  now: number,
): "certificate-not-yet-valid" | "certificate-expired" | undefined {
  if (now < certificate.validFromDate.getTime()) return "certificate-not-yet-valid";
  // The end is given in whole seconds, and the last one belongs to the period. A date that cannot be read ends it.
  return now < certificate.validToDate.getTime() + 1000 ? undefined : "certificate-expired";
}
