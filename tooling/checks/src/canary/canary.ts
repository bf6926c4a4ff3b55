/**
 * What the secrets of the tests have in common: those that a test gives begin with it, those that core makes up in a
 * test process hold it in hex (see `watch.ts`).
 */
export const CANARY = "canary-";
/** 6 of 16 bytes: the rest is random enough to be unique. */
export const CANARY_BYTES = Buffer.from("canary");
const FORMS = [CANARY, CANARY_BYTES.toString("hex")];

export function holdsCanary(content: string | Uint8Array): boolean {
  const bytes =
    typeof content === "string" ? content : Buffer.from(content.buffer, content.byteOffset, content.length);
  return FORMS.some((form) => bytes.includes(form));
}

/**
 * Files that are there to hold secrets: the stores themselves, copies of them, what is imported and exported, configs,
 * and programs of tests. All others, logs, locks, schema markers, encrypted stores, hold none.
 */
const HOLDER =
  /\.(?:json|db|db-wal|db-journal|csv|ndjson|tmp|bak[\w.-]*|mjs|js|ts|pem|key|txt|aof|rdb)$|^(?:seen|clients|copy)$/;

export function mayHold(name: string): boolean {
  return HOLDER.test(name);
}

/** What was looked at. A check that has looked at nothing has not passed. */
export interface Tally {
  /** Files of folders that tests have made, as they were removed. */
  files: number;
  /** Those of them that hold the canary, and may: proof that it is in use, and would be seen. */
  holders: number;
  /** Errors of the database. */
  errors: number;
  /** Pieces of text that test processes and their children have written. */
  outputs: number;
}

export const noTally = (): Tally => ({ files: 0, holders: 0, errors: 0, outputs: 0 });
