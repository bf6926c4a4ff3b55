/** `v1:<key id>:<nonce>:<ciphertext and tag>`, each part in base64url. */
import type { Json } from "../json.ts";

export interface SealedParts {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly data: Buffer;
}

const VERSION = "v1";
const SEALED = /^v1:([\w-]{8}):([\w-]{16}):([\w-]{22,})$/;

export function encodeSealed({ keyId, nonce, data }: SealedParts): string {
  return [VERSION, keyId, nonce.toString("base64url"), data.toString("base64url")].join(":");
}

/** `undefined`: this is no sealed text, or one of a later version. */
export function decodeSealed(text: string): SealedParts | undefined {
  const [, keyId, nonce, data] = SEALED.exec(text) ?? [];
  if (keyId === undefined || nonce === undefined || data === undefined) return undefined;
  return { keyId, nonce: Buffer.from(nonce, "base64url"), data: Buffer.from(data, "base64url") };
}

/** The key that it is sealed under; `undefined` where it is no sealed text. */
export function keyIdOf(sealed: Json | undefined): string | undefined {
  return typeof sealed === "string" ? decodeSealed(sealed)?.keyId : undefined;
}

/** Sealed by a later release, in a form that this one cannot read. */
export function isLaterVersion(text: string): boolean {
  return /^v\d+:/.test(text) && !text.startsWith(`${VERSION}:`);
}
