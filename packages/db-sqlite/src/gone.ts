import { DbError } from "@hivemind/db-core/backend";

export function goneError(path: string): DbError {
  return new DbError(
    "missing-store",
    `${path} is gone or was replaced: is its volume mounted, is HOME the same as before? Open the database anew`,
  );
}
