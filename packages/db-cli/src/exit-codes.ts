/** The exit codes of the command: part of its public API, documented in the README. */
import type { ErrorCode } from "@hivemind/db-core";

export const EXIT = {
  ok: 0,
  /** A bug of ours or of a plugin, or output that cannot be written. */
  internal: 1,
  /** Wrong usage, or a value that cannot be stored. */
  usage: 2,
  noSuchClient: 3,
  /** The store cannot be used now. Trying again later, or mending the way to it, can help. */
  storeUnusable: 4,
  /** The store is there and cannot be understood. Trying again does not help. */
  storeNotUnderstood: 5,
  /** The backend's package. */
  plugin: 6,
  /** The command was asked, and its answer is no: access is denied, or something is wrong with the store. */
  no: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_BY_ERROR: { readonly [Code in ErrorCode]: ExitCode } = {
  invalid: EXIT.usage,
  "duplicate-key": EXIT.usage,
  ambiguous: EXIT.usage,
  "no-such-client": EXIT.noSuchClient,
  unreachable: EXIT.storeUnusable,
  refused: EXIT.storeUnusable,
  unconfirmed: EXIT.storeUnusable,
  "missing-store": EXIT.storeUnusable,
  locked: EXIT.storeUnusable,
  "read-only": EXIT.storeUnusable,
  full: EXIT.storeUnusable,
  corrupt: EXIT.storeNotUnderstood,
  "newer-schema": EXIT.storeNotUnderstood,
  "no-key": EXIT.storeNotUnderstood,
  "wrong-key": EXIT.storeNotUnderstood,
  "not-installed": EXIT.plugin,
  "not-a-plugin": EXIT.plugin,
  unsupported: EXIT.plugin,
  closed: EXIT.internal,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_BY_ERROR[code];
}
