import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Finding } from "@hivemind/db-core/backend";

const OTHERS_CAN_READ = 0o044;

/** The store, what SQLite keeps beside it, and the copies from before an upgrade. */
export function readableByOthers(path: string): readonly Omit<Finding, "repair">[] {
  const open = filesOf(path).filter(
    (file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS_CAN_READ) !== 0,
  );
  if (open.length === 0) return [];
  const command = `chmod 600 ${open.map((file) => `'${file}'`).join(" ")}`;
  const message = `The store holds secrets, and others than its owner can read it. Run: ${command}`;
  return [{ code: "readable-by-others", severity: "warning", message, clientIds: [] }];
}

function filesOf(path: string): readonly string[] {
  const start = `${basename(path)}.schema-1.bak`;
  const copies = readdirSync(dirname(path)).filter((name) => name.startsWith(start));
  return [path, `${path}-wal`, `${path}-shm`, ...copies.map((name) => join(dirname(path), name))];
}
