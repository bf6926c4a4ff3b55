/** Secret entries of node state. Every other entry is JSON, which starts with none of these letters. */
import { parseJson, stringifyJson } from "../json.ts";
import type { Json } from "../json.ts";
import type { Binding } from "./binding.ts";
import type { Keyring } from "./keyring.ts";
import type { Slot } from "./slot.ts";

const SECRET = "secret:";
const IN_THE_CLEAR = `${SECRET}plain:`;

export function isSecretEntry(text: string | undefined): boolean {
  return text?.startsWith(SECRET) ?? false;
}

/** For a backend that sees to it that nobody finds a secret in what an entry has held before. */
export function isSecretInTheClear(text: string | undefined): boolean {
  return text?.startsWith(IN_THE_CLEAR) ?? false;
}

/** Also of an entry that is not secret yet. */
export function entrySlot(text: string | undefined): Slot {
  if (text === undefined) return {};
  if (!isSecretEntry(text)) return { clear: parseJson(text) };
  if (text.startsWith(IN_THE_CLEAR)) return { clear: parseJson(text.slice(IN_THE_CLEAR.length)) };
  return { sealed: text.slice(SECRET.length) };
}

export function entryText({ clear, sealed }: Slot): string | undefined {
  if (typeof sealed === "string") return SECRET + sealed;
  return clear === undefined ? undefined : IN_THE_CLEAR + stringifyJson(clear);
}

export function openEntry({ clear, sealed }: Slot, keyring: Keyring, binding: Binding): Json | undefined {
  return clear === undefined && sealed !== undefined ? keyring.open(sealed, binding) : clear;
}
