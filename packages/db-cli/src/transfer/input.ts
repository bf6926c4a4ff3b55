/** What a command reads: a file, or with `-` what is piped in. It is read more than once, from its start. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemError } from "@hivemind/db-core/backend";
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
  if (given !== STDIN) return use(resolve(given));
  if (stdin.isTTY) throw new UsageError("- reads a pipe or a file, not the keyboard");
  const folder = await mkdtemp(join(tmpdir(), "hivemind-db-"));
  try {
    const path = join(folder, "standard-input");
    await spool(stdin, path, interrupt);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function spool(stdin: Io["stdin"], path: string, interrupt: Interrupt): Promise<void> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      for await (const chunk of stdin as AsyncIterable<Buffer>) {
        interrupt.check();
        await file.appendFile(chunk);
      }
      interrupt.check();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw systemError(error, "write", path);
  }
}
