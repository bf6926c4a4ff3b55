/**
 * Which names in a config denote secrets. A config has blocks of programs that we do not know, so this goes by
 * the words in a name, and rather masks too much: a masked host is a nuisance, a password on a screen a leak.
 */
import { nearestName } from "./nearest-name.ts";

/** `text`: strings under this name are secret. `all`: numbers too, as in `"password": 12345678`. */
export type Secrecy = "none" | "text" | "all";

const SECRET_WORD =
  /passw|passph|passcode|(?<!by|com)pass$|pwd|secret|token|credential|^creds?$|masterauth|^auth$|authorization|bearer|cookie|^seal$|^psk$/;
// An option that is misspelt is refused, and shown: "pasword".
const MISSPELT = ["password", "passphrase"];
const KEY_WORD = /^keys?$|^(?:api|access|crypto|private|secret|encryption|master|shared|signing|seal)keys?$/;
// Where a secret is kept, or how it is treated, is none: password_file, ssl_keyfile, api_key_cache_ttl.
const NOT_ITSELF = /(?:^|(?<!pro))files?$|^(?:env|path|dir|folder|ttl|interval|timeout|bits|length)$/;

/** `within`: of the object that the name is in; what is inside of a secret is secret. */
export function secrecyOf(name: string, within: Secrecy = "none"): Secrecy {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (NOT_ITSELF.test(last)) return "none";
  const isPublic = words.some((word) => word.startsWith("pub"));
  const isSecret = (word: string): boolean =>
    SECRET_WORD.test(word) || nearestName(word, MISSPELT) !== undefined || (KEY_WORD.test(word) && !isPublic);
  if (!words.some(isSecret)) return within === "none" ? "none" : "text";
  // A plural with a number is a count: max_tokens.
  return isSecret(last) && !last.endsWith("s") ? "all" : "text";
}

/** `cryptoKey`, `crypto_key` and `CRYPTO-KEY` are the same two words. */
function wordsOf(name: string): readonly string[] {
  const separated = name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  return separated.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** The name of an option that says in which environment variable a secret is. */
export function namesVariable(name: string): boolean {
  return wordsOf(name).at(-1) === "env";
}

export function isVariableName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}
