/** Changes the file of a node's config: all or nothing, with the old one kept beside it. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, writeFileSync } from "node:fs";
import { readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DbError, readConfig } from "@hivemind/db-core";
import type { NodeConfig } from "@hivemind/db-core";
import { flushFolder, makeFolder, openNewFile, ownershipOf, systemError } from "@hivemind/db-core/backend";
import type { Ownership } from "@hivemind/db-core/backend";

export interface ConfigChange {
  /** The text after it. */
  readonly change: (text: string) => string;
  /** Does it say what it should, read as a node reads it? */
  readonly isRight: (config: NodeConfig) => boolean;
}

/** Answers where the old file is kept; `undefined` where there was none. Mode and owner stay as they were. */
export async function changeConfigFile(
  config: Pick<NodeConfig, "path" | "exists">,
  { change, isRight }: ConfigChange,
): Promise<string | undefined> {
  if (!config.exists) await makeFolder(dirname(config.path));
  const path = config.exists ? await realpath(config.path) : config.path;
  const before = config.exists ? await readFile(path) : undefined;
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    // A byte order mark is not part of the text, and stays.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(before) || "{}\n";
    const mark = text.startsWith(MARK) ? MARK : "";
    write(temporary, ownershipOf(path), mark + change(text.slice(mark.length)));
    if (!isRight(await readConfig(temporary))) {
      throw new DbError(
        "invalid",
        `${path} could not be changed safely: change its "database" block by hand`,
      );
    }
    const backup = before === undefined ? undefined : keep(path, before);
    await rename(temporary, path);
    await flushFolder(dirname(path));
    return backup;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof Error && "syscall" in error
      ? systemError(error, "write", path, "nothing was changed")
      : error;
  }
}

const MARK = "\uFEFF";

function write(path: string, ownership: Ownership, text: string | Uint8Array): void {
  const file = openNewFile(path, ownership);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** It can hold passwords: as private as the config itself. */
function keep(path: string, bytes: Uint8Array): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const backup = `${path}.${time}-${randomBytes(2).toString("hex")}.bak`;
  write(backup, ownershipOf(backup, path), bytes);
  return backup;
}
