import { systemError } from "../backend/system-error.ts";
import { isDbError, withDetails } from "../errors.ts";

/**
 * What callers get of a backend's failure: a `DbError` that names the backend. An error that is neither ours
 * nor the system's is a bug and has to look like one.
 */
export function normalError(error: unknown, backend: string): unknown {
  const known = systemError(error, "read", `the store of ${backend}`);
  return isDbError(known) && known.backend === undefined ? withDetails(known, { backend }) : known;
}
