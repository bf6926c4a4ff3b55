import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { DbError } from "../errors.ts";
import { encodeSealed } from "./sealed-text.ts";
import type { SealedParts } from "./sealed-text.ts";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const KEY_ID_BYTES = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A key that secrets are sealed under. What seals and what names the key are derived from it apart, so that its
 * id, which stands in every sealed text, says nothing about it.
 */
export class SealKey {
  /** Eight characters, the same wherever this key is used. */
  readonly id: string;
  // Private to the class: no inspection of the object shows it.
  readonly #secret: Buffer;

  constructor(key: Uint8Array) {
    this.id = derived(key, "id", KEY_ID_BYTES).toString("base64url");
    this.#secret = derived(key, CIPHER, KEY_BYTES);
  }

  /** `context`: what the text belongs to. It opens nowhere else. */
  seal(plain: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secret, nonce).setAAD(Buffer.from(context));
    const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return encodeSealed({ keyId: this.id, nonce, data });
  }

  /** `undefined`: not sealed under this key, or for something else, or changed since. */
  open({ nonce, data }: SealedParts, context: string): string | undefined {
    if (data.length < TAG_BYTES) return undefined;
    const end = data.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, this.#secret, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(data.subarray(end));
    try {
      return Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]).toString("utf8");
    } catch {
      // The only thing that the cipher ever says is that the text and its tag do not belong together.
      return undefined;
    }
  }
}

function derived(key: Uint8Array, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `hivemind-db seal v1 ${purpose}`, length));
}

const HEX = /^[\da-f]{64}$/i;
const BASE64 = /^[\w+/-]{43}=?$/;

/** The key from its text, or its 32 bytes. `label` names the option in the error, which never quotes the key. */
export function parseSealKey(key: unknown, label: string): SealKey {
  if (key instanceof Uint8Array && key.length === KEY_BYTES) return new SealKey(key);
  const text = typeof key === "string" ? key.trim() : "";
  if (HEX.test(text)) return new SealKey(Buffer.from(text, "hex"));
  // Node reads both alphabets of base64.
  if (BASE64.test(text)) return new SealKey(Buffer.from(text, "base64"));
  throw new DbError(
    "invalid",
    `${label}: it must be 32 random bytes as base64 or hex; make them with: openssl rand -base64 32`,
  );
}
