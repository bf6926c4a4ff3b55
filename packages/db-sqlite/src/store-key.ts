/** The key of an encrypted store: what SQLCipher 4 makes of the password, made off the event loop. */
import { pbkdf2, pbkdf2Sync } from "node:crypto";
import { promisify } from "node:util";

/** The first bytes of an encrypted file. */
export const SALT_BYTES = 16;

// SQLCipher 4's defaults, https://www.zetetic.net/sqlcipher/design/. 200 ms that SQLite would spend on
// the event loop, at each connection.
const ITERATIONS = 256_000;
const KEY_BYTES = 32;
const DIGEST = "sha512";

/** SQLCipher takes a password of this form for the key itself, in Python hubs too. */
const RAW_KEY = /^x'(?:[\da-f]{64}|[\da-f]{96})'$/i;

export class StoreKey {
  readonly #password: string;
  #salt = "";
  #key = "";

  constructor(password: string) {
    this.#password = password;
  }

  /** Makes the key for a file with this salt. `of` is quick afterwards. */
  async prepare(salt: Buffer): Promise<void> {
    if (this.#has(salt)) return;
    this.#keep(salt, await promisify(pbkdf2)(this.#password, salt, ITERATIONS, KEY_BYTES, DIGEST));
  }

  /** What the driver takes as key. */
  of(salt: Buffer): Buffer {
    if (RAW_KEY.test(this.#password)) return Buffer.from(this.#password, "utf8");
    if (!this.#has(salt)) this.#keep(salt, pbkdf2Sync(this.#password, salt, ITERATIONS, KEY_BYTES, DIGEST));
    return Buffer.from(`x'${this.#key}${this.#salt}'`, "utf8");
  }

  #has(salt: Buffer): boolean {
    return RAW_KEY.test(this.#password) || this.#salt === salt.toString("hex");
  }

  #keep(salt: Buffer, key: Buffer): void {
    this.#salt = salt.toString("hex");
    this.#key = key.toString("hex");
  }
}
