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
  const known = CODES[String(error.code)];
  if (known === undefined) return error;
  const code = doing === "write" && known === "refused" ? "read-only" : known;
  return new DbError(
    code,
    `cannot ${doing} ${what} (${String(error.code)})${advice === "" ? "" : `: ${advice}`}`,
    {
      cause: error,
    },
  );
}
