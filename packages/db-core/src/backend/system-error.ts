import { constants } from "node:os";
import { DbError, isDbError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: "refused",
  EPERM: "refused",
  ENOSPC: "full",
  EDQUOT: "full",
  EFBIG: "full",
  ENOMEM: "full",
  EROFS: "read-only",
  ENOENT: "missing-store",
  ENOTDIR: "missing-store",
  EISDIR: "corrupt",
  ELOOP: "corrupt",
  ENAMETOOLONG: "invalid",
  EMFILE: "unreachable",
  ENFILE: "unreachable",
  EIO: "unreachable",
  ESTALE: "unreachable",
  ETIMEDOUT: "unreachable",
  ECONNREFUSED: "unreachable",
};

/**
 * A `DbError` for what the operating system refused. In a write, "no permission" means that the store is
 * read-only to us. An error that is not the system's comes back as it is: a bug must look like one.
 */
export function systemError(error: unknown, doing: "read" | "write", what: string, advice = ""): unknown {
  if (isDbError(error) || !(error instanceof Error) || !("code" in error)) return error;
  const name = nameOf(error);
  const known = CODES[name];
  if (known === undefined) return error;
  const code = doing === "write" && known === "refused" ? "read-only" : known;
  return new DbError(code, `cannot ${doing} ${what} (${name})${advice === "" ? "" : `: ${advice}`}`, {
    cause: error,
  });
}

/** Node has no name for some errors, a quota that is used up (EDQUOT) for one; the system has. */
function nameOf({ code, errno }: { readonly code: unknown; readonly errno?: unknown }): string {
  if (typeof errno !== "number" || !String(code).startsWith("Unknown system error")) return String(code);
  return Object.entries(constants.errno).find(([, number]) => number === -errno)?.[0] ?? String(code);
}
