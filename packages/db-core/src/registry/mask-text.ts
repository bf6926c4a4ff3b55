/** Secrets inside of texts that are none themselves. */
import { secrecyOf } from "./secret-names.ts";

export const MASK = "********";

const URL_UP_TO_PASSWORD = /(?<![a-z\d+.-])[a-z][a-z\d+.-]*:\/\/[^:@/?#]*:/i;
const ASSIGNMENT = /(?<![\w.-])([\w.-]+)=([^\s&;,]+)/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The text with the passwords in its URLs and in what looks like `password=...` masked. */
export function maskText(text: string): string {
  if (PRIVATE_KEY.test(text)) return MASK;
  return text
    .replaceAll(/\S+/g, maskUrlPassword)
    .replaceAll(ASSIGNMENT, (all, name: string) => (secrecyOf(name) === "none" ? all : `${name}=${MASK}`));
}

/** Up to the last "@" of the word: a password with an unescaped "@" or "/" in it must not show its end. */
function maskUrlPassword(word: string): string {
  const end = word.lastIndexOf("@");
  const start = URL_UP_TO_PASSWORD.exec(word.slice(0, Math.max(end, 0)));
  return start === null ? word : word.slice(0, start.index + start[0].length) + MASK + word.slice(end);
}

/** Shorter ones occur in any sentence; hiding them there would garble it and tell what they are. */
const MIN_QUOTED_SECRET = 4;

/** The text without these secrets, should somebody else's message quote one. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const quotable = secrets.filter((secret) => secret.length >= MIN_QUOTED_SECRET);
  // The longest first: what is left of a secret that holds another one would show a part of it.
  return quotable
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, () => MASK), text);
}
