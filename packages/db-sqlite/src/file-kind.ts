/** What a file is, by its first bytes: SQLite itself says "not a database" to everything but a plain one. */

/** Enough to tell noise from anything else. */
export const KIND_BYTES = 4096;

export type FileKind = "empty" | "plain" | "encrypted" | "neither";

// https://sqlite.org/fileformat.html, 1.3
const PLAIN = Buffer.from("SQLite format 3\0", "latin1");
/** The page size of SQLCipher 4; it encrypts whole pages, the first bytes too. */
const CIPHER_PAGE = 4096n;
/** Of 256 possible: in 4,096 random bytes hardly one is missing; no text and no other format comes close. */
const DISTINCT_BYTES_OF_NOISE = 250;

export function fileKind(start: Buffer, size: bigint): FileKind {
  if (size === 0n) return "empty";
  if (start.subarray(0, PLAIN.length).equals(PLAIN)) return "plain";
  const isNoise = new Set(start).size >= DISTINCT_BYTES_OF_NOISE;
  return isNoise && size % CIPHER_PAGE === 0n ? "encrypted" : "neither";
}
