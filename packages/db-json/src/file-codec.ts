/** What the bytes of a file mean: JSON text as it is, or the encrypted form of Python hubs (`.ejson`). */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { DbError, isJsonObject, parseJson } from "@hivemind/db-core/backend";
import type { Json } from "@hivemind/db-core/backend";

export interface FileCodec {
  /** Throws `corrupt` or `wrong-key`, with what is wrong and no content. */
  decode(bytes: Buffer): string;
  encode(text: string): Buffer;
}

export const plainText: FileCodec = {
  decode: (bytes) => {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new DbError("corrupt", "is not UTF-8 text");
    }
  },
  encode: (text) => Buffer.from(text, "utf8"),
};

/** AES-128: the format takes 16 bytes and no other number. */
export const KEY_BYTES = 16;
const NONCE_BYTES = 16;
/** No store that fits this backend is larger; a hostile file must not fill the memory. */
const MAX_TEXT_BYTES = 1 << 30;

/** `{"ciphertext","tag","nonce"}` in hex around AES-128-GCM around zlib around the JSON text. */
export function encrypted(key: Buffer): FileCodec {
  return {
    decode: (bytes) => {
      const { ciphertext, tag, nonce } = envelope(plainText.decode(bytes));
      const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: 16 });
      decipher.setAuthTag(tag);
      let deflated: Buffer;
      try {
        deflated = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
      } catch {
        throw new DbError("wrong-key", "was encrypted with another password, or was changed since");
      }
      return plainText.decode(inflate(deflated));
    },
    encode: (text) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-128-gcm", key, nonce, { authTagLength: 16 });
      const ciphertext = Buffer.concat([
        cipher.update(deflateSync(Buffer.from(text, "utf8"))),
        cipher.final(),
      ]);
      const fields = { ciphertext, tag: cipher.getAuthTag(), nonce };
      const hex = Object.entries(fields).map(([name, value]) => [name, value.toString("hex")]);
      return Buffer.from(JSON.stringify(Object.fromEntries(hex), undefined, 4), "utf8");
    },
  };
}

function inflate(deflated: Buffer): Buffer {
  try {
    return inflateSync(deflated, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    throw new DbError("corrupt", "does not hold compressed text");
  }
}

function envelope(text: string): { ciphertext: Buffer; tag: Buffer; nonce: Buffer } {
  let outer: Json = null;
  try {
    outer = parseJson(text);
  } catch {
    throw new DbError("corrupt", "is not an encrypted store: no JSON");
  }
  const part = (name: string): Buffer => {
    const hex = isJsonObject(outer) ? outer[name] : undefined;
    if (typeof hex !== "string" || !/^(?:[\da-f]{2})+$/i.test(hex)) {
      throw new DbError("corrupt", `is not an encrypted store: "${name}" is not hex`);
    }
    return Buffer.from(hex, "hex");
  };
  const parts = { ciphertext: part("ciphertext"), tag: part("tag"), nonce: part("nonce") };
  if (parts.tag.length !== 16)
    throw new DbError("corrupt", "is not an encrypted store: its tag is not 16 bytes");
  return parts;
}
