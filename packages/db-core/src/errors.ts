/**
 * Every way in which a store can fail, and the only ones: this list is part of the public API.
 *
 * "Not found" is no error (`undefined`), a programmer's mistake is a `TypeError`, and a store that cannot
 * tell is always an error, never "unknown client" and never "allowed".
 */
export const ERROR_CODES = [
  /** The store does not answer: connection refused, timed out, lost. */
  "unreachable",
  /** The store answers, and will not let us in: wrong login, no permission to read. */
  "refused",
  /** The write may or may not have happened. Adding: repeat it with the error's `token`; else look, or repeat. */
  "unconfirmed",
  /** No store where there should be one: unmounted volume, another HOME under sudo, a flushed server. */
  "missing-store",
  /** The store is there and cannot be understood. */
  "corrupt",
  /** Another process holds the store for longer than we are willing to wait. */
  "locked",
  /** Written by a later release; opening it could lose what we do not know of. */
  "newer-schema",
  /** The store can be read, not written. */
  "read-only",
  /** No space, quota or memory left for the write. */
  "full",
  /** The access key, fingerprint or id belongs to another client already. */
  "duplicate-key",
  /** Several living clients hold the same credential. */
  "ambiguous",
  /** No living client has this id. */
  "no-such-client",
  /** A value or an option that can never be stored. */
  "invalid",
  /** The store or a secret is encrypted, and no key was given. */
  "no-key",
  /** The store or a secret is encrypted with another key. */
  "wrong-key",
  /** This backend does not do that (see its capabilities). */
  "unsupported",
  /** The database is not open. */
  "closed",
  /** The backend's package is not installed where the node can load it. */
  "not-installed",
  /** The package is installed and is no backend that this release can load. */
  "not-a-plugin",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface DbErrorDetails {
  /** npm package name of the backend that failed, where there is one. */
  readonly backend?: string | undefined;
  /** What the system or the driver said. Never an error that quotes stored text: that can hold secrets. */
  readonly cause?: unknown;
  /** The clients that the error is about. */
  readonly clientIds?: readonly number[] | undefined;
  /** With `unconfirmed`: give it to the same call again, and what did happen is not done twice. */
  readonly token?: string | undefined;
}

// Two copies of this package can meet in one process (a backend's and the node's), so `instanceof` cannot decide.
const BRAND = Symbol.for("@hivemind/db-core.DbError");

/** The one error class. Messages say what to do next and never hold a secret. */
export class DbError extends Error {
  override readonly name = "DbError";
  readonly code: ErrorCode;
  readonly backend: string | undefined;
  readonly clientIds: readonly number[];
  readonly token: string | undefined;

  constructor(code: ErrorCode, message: string, details: DbErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.backend = details.backend;
    this.clientIds = details.clientIds ?? [];
    this.token = details.token;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** The same error, from where it was thrown, that says more. */
export function withDetails(error: DbError, details: DbErrorDetails): DbError {
  const { code, message, backend, cause, clientIds, token, stack } = error;
  const next = new DbError(code, message, { backend, cause, clientIds, token, ...details });
  if (stack !== undefined) next.stack = stack;
  return next;
}

/** True for a `DbError` of any copy of this package. */
export function isDbError(error: unknown): error is DbError {
  return typeof error === "object" && error !== null && BRAND in error;
}
