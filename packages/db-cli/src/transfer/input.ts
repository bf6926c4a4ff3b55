/** What a command reads: a file, or with `-` what is piped in. It is read more than once, from its start. */
import { statSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { DbError, isDbError, systemError } from "@hivemind/db-core/backend";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";
import type { Interrupt } from "./interrupt.ts";

export const STDIN = "-";

/** `use` gets the path of a file that has all of it. What was piped in lies there meanwhile, for its owner alone. */
export async function withInput<T>(
  given: string,
  { stdin }: Pick<Io, "stdin">,
  interrupt: Interrupt,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if (given !== STDIN) return use(existing(resolve(given)));
  if (stdin.isTTY) throw new UsageError("- reads a pipe or a file, not the keyboard");
  const folder = await mkdtemp(join(tmpdir(), "hivemind-db-"));
  try {
    const path = join(folder, "standard-input");
    await spool(stdin, path, interrupt);
    return await use(path).catch((error: unknown) => {
      throw aboutStdin(error, path);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function existing(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`there is no file ${path}`);
  if (stats.isDirectory()) throw new UsageError(`${path} is a folder: name the file in it`);
  return path;
}

/** Nobody knows the temporary file. */
function aboutStdin(error: unknown, path: string): unknown {
  if (!isDbError(error)) return error;
  const { code, message, clientIds, cause } = error;
  return new DbError(code, message.replaceAll(path, "standard input"), { clientIds, cause });
}

async function spool(stdin: Io["stdin"], path: string, interrupt: Interrupt): Promise<void> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      // A pipe can be silent for as long as it likes.
      for await (const chunk of addAbortSignal(interrupt.signal, stdin) as AsyncIterable<Buffer>)
        await file.appendFile(chunk);
      interrupt.check();
    } finally {
      await file.close();
    }
  } catch (error) {
    interrupt.check();
    throw systemError(error, "write", path);
  }
}
