import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isReadableByOthers } from "@hivemind/db-core/backend";
import type { Finding } from "@hivemind/db-core/backend";

/** The store, what SQLite keeps beside it, and the copies from before an upgrade. */
export function readableByOthers(path: string): readonly Omit<Finding, "repair">[] {
  const open = filesOf(path).filter(isReadableByOthers);
  if (open.length === 0) return [];
  const command = `chmod 600 ${open.map((file) => `'${file}'`).join(" ")}`;
  const message = `The store holds secrets, and others than its owner can read it. Run: ${command}`;
  return [{ code: "readable-by-others", severity: "warning", message, clientIds: [] }];
}

function filesOf(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-shm`, ...copiesOf(path)];
}

/** From before an upgrade: with every secret as it was then. */
export function copiesOf(path: string): readonly string[] {
  const start = `${basename(path)}.schema-1.bak`;
  const copies = readdirSync(dirname(path)).filter((name) => name.startsWith(start));
  return copies.map((name) => join(dirname(path), name));
}
