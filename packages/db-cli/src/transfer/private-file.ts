/** A file that is there as a whole or not at all, and for its owner alone: what we write into it are secrets. */
import { appendFile, close, existsSync, fsync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../usage-error.ts";
import { flushFolder, openNewFile, ownershipOf, systemError } from "@hivemind/db-core/backend";

/** Bytes written at once. */
const CHUNK = 262_144;

/** Writes the pieces of text to the file, in place of what it held. Answers its absolute path. */
export async function writePrivateFile(path: string, pieces: AsyncIterable<string>): Promise<string> {
  const file = resolve(path);
  if (!existsSync(dirname(file))) throw new UsageError(`there is no folder ${dirname(file)}`);
  // One name, so that what a killed run has left behind is removed by the next one.
  const partial = `${file}.partial`;
  try {
    await rm(partial, { force: true });
    // As root: the folder's owner, so that a hub's user can read what was written into its folder.
    // One descriptor from beginning to end: by its path we could meet what that user has put there.
    const descriptor = openNewFile(partial, { ...ownershipOf(file), mode: 0o600 });
    try {
      try {
        await writeAll(descriptor, pieces);
        await promisify(fsync)(descriptor);
      } finally {
        await promisify(close)(descriptor);
      }
      await rename(partial, file);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await flushFolder(dirname(file));
    return file;
  } catch (error) {
    throw systemError(error, "write", file, "nothing was written");
  }
}

async function writeAll(descriptor: number, pieces: AsyncIterable<string>): Promise<void> {
  let text = "";
  for await (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    await promisify(appendFile)(descriptor, text);
    text = "";
  }
  await promisify(appendFile)(descriptor, text);
}
