/** What the operating system refuses is an error of ours, also where Node has no name for it. */
import { constants } from "node:os";
import { expect, test } from "vitest";
import { systemError } from "../src/backend/system-error.ts";

test("a quota that is used up is a full disk, though Node does not know the error", () => {
  const errno = -constants.errno.EDQUOT;
  // As Node makes it.
  const error = Object.assign(new Error(`Unknown system error ${errno}: fsync`), {
    errno,
    code: `Unknown system error ${errno}`,
    syscall: "fsync",
  });

  expect(systemError(error, "write", "clients.json")).toMatchObject({
    code: "full",
    message: "cannot write clients.json (EDQUOT)",
    cause: error,
  });
});

test("an error of nobody stays what it is: a bug must look like one", () => {
  const error = Object.assign(new Error("Unknown system error -9999"), {
    errno: -9999,
    code: "Unknown system error -9999",
  });

  expect(systemError(error, "write", "clients.json")).toBe(error);
});
