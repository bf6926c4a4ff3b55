/** A folder for files that live for one case: in memory where the system has it, since no disk is tried here. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";

export function scratch(name: string): string {
  return mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), `hivemind-torture-${name}-`));
}
