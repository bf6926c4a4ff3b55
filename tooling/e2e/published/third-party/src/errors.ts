import { DbError, systemError } from "@hivemind/db-core/backend";
import type { ErrorCode } from "@hivemind/db-core/backend";

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) and what they mean to a node. */
const CODES: { readonly [code: number]: readonly [ErrorCode, string] } = {
  3: ["refused", "this user may not open it"],
  5: ["locked", "another program holds it; try again"],
  6: ["locked", "another program holds it; try again"],
  8: ["read-only", "it cannot be written: look at the rights of the file and its folder"],
  10: ["unreachable", "the disk failed"],
  11: ["corrupt", "the file is damaged: restore a backup"],
  13: ["full", "no space is left on the disk"],
  14: ["refused", "it cannot be opened: look at the rights of the file and its folder"],
  26: ["corrupt", "the file is no SQLite database"],
};

/** What SQLite or the file system says, in the terms of the contract; a bug stays what it is. */
export function toDbError(error: unknown, doing: "read" | "write", path: string): unknown {
  if (error instanceof Error && "errcode" in error && typeof error.errcode === "number") {
    const known = CODES[error.errcode & 0xff];
    if (known !== undefined) return new DbError(known[0], `${path}: ${known[1]}`, { cause: error });
  }
  return systemError(error, doing, path);
}

export function missingStore(path: string): DbError {
  return new DbError("missing-store", `there is no store at ${path}: is its volume mounted?`);
}
