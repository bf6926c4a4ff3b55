import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Valkey is the same server under another name, for all that these tests ask of it. */
const NAMES = ["redis-server", "valkey-server"];

/**
 * The server program, if this machine has one. `HIVEMIND_REDIS_SERVER=/path/to/valkey-server` runs the tests on
 * that one instead.
 */
export function findRedisServer(): string | undefined {
  const chosen = process.env["HIVEMIND_REDIS_SERVER"] ?? "";
  if (chosen !== "") {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`HIVEMIND_REDIS_SERVER is ${chosen}, and there is no such program`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  // Debian puts servers where a plain user's PATH does not look.
  const paths = [...folders, "/usr/sbin", "/usr/local/bin"].flatMap((folder) =>
    NAMES.map((name) => join(folder, name)),
  );
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
