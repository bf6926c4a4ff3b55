import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Why a file cannot be used, in words. What the system refused keeps the system's error. */
class UnsuitableFile extends Error {
  override readonly name = "UnsuitableFile";
}

/**
 * The text of a regular file of at most `limit` bytes, without a byte order mark. Opened without waiting: a FIFO
 * that nobody writes to would block for ever.
 */
export async function readSmallText(path: string, limit: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile())
      throw new UnsuitableFile(stat.isDirectory() ? "it is a folder" : "it is not a regular file");
    if (stat.size > limit) throw new UnsuitableFile(`it has more than ${limit} bytes`);
    return decode(await file.readFile());
  } finally {
    await file.close();
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The decoder's own error says no more than this.
    throw new UnsuitableFile("it is not UTF-8 text");
  }
}

/** The code of a system error, such as `ENOENT`; `undefined` for every other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Why the file could not be read, for the end of a sentence. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof UnsuitableFile) return error.message;
  switch (systemCode(error)) {
    case "ENOENT":
      return "there is no such file";
    case "ENOTDIR":
      return "a part of its path is no folder";
    case "EACCES":
    case "EPERM":
      return "this user may not read it";
    default:
      return systemCode(error) ?? "it cannot be read";
  }
}
