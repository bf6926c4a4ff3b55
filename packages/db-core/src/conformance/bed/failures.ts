import assert from "node:assert/strict";
import { isDbError } from "../../errors.ts";
import type { DbError, ErrorCode } from "../../errors.ts";

/** The error of a call that has to fail with this code. */
export async function failsWith(code: ErrorCode, call: Promise<unknown>): Promise<DbError> {
  const error = await failure(call);
  assert.ok(isDbError(error), `expected a DbError "${code}", got: ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** Whatever a call that has to fail throws. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  assert.ok(outcome, "the call had to fail, and did not");
  return outcome.error;
}
