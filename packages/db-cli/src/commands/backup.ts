import { lstatSync } from "node:fs";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { OutputFailed, PipeClosed } from "../output/stdout-errors.ts";
import { backupText } from "../transfer/backup-text.ts";
import type { BackupCounts } from "../transfer/backup-text.ts";
import { withQuiet, withSkipUnreadable } from "../transfer/command-options.ts";
import type { SkipUnreadableOption } from "../transfer/command-options.ts";
import { longWork } from "../transfer/long-work.ts";
import { withStore } from "../transfer/open-store.ts";
import { writePrivateFile } from "../transfer/private-file.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition } from "./definition.ts";

interface Options extends SkipUnreadableOption {
  readonly overwrite?: true;
}

/** A list that nobody reads to its end has done its work. A backup has not. */
async function toPipe(output: Output, text: AsyncIterable<string>): Promise<undefined> {
  try {
    return await output.text(text);
  } catch (error) {
    if (!(error instanceof PipeClosed)) throw error;
    throw new OutputFailed("the pipe was closed before the backup's end: what was read of it is no backup", {
      cause: error,
    });
  }
}

/** In the place of FILE. */
const STDOUT = "-";

export const backup: CommandDefinition = {
  name: "backup",
  summary: "write everything in the store to one file",
  details: `Every record with its secrets, revoked ones too, and what the nodes remember: lines of JSON, the same for all backends, with a checksum. The file is for its owner alone; what is not sealed in the store is readable in it.

It is written whole or not at all; with - it goes to standard output, to be encrypted or sent elsewhere, and its last line says that it is whole. Nodes and hubs can go on working meanwhile: what they change while it is made is in it or not.`,
  examples: [
    "hivemind-db backup clients-2026-01-31.ndjson",
    "hivemind-db backup clients.ndjson --overwrite --quiet",
    "hivemind-db backup - | gpg --encrypt --recipient me > clients.ndjson.gpg",
  ],
  setUp(command) {
    command
      .argument("<file>", "the file to write; - for standard output")
      .option("--overwrite", "replace a file that is there");
    withSkipUnreadable(command);
    withQuiet(command);
  },
  async run(invocation) {
    const {
      args: [path = ""],
      session,
      output,
      io,
    } = invocation;
    const { overwrite, skipUnreadable }: Options = invocation.options;
    const toStdout = path === STDOUT;
    if (toStdout && output.json) throw new UsageError("with --json, a backup needs a file to go to");
    if (toStdout && io.stdout.isTTY)
      throw new UsageError("a backup holds every secret, and this is a terminal: give a file, or a pipe");
    if (!toStdout && overwrite !== true && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
      throw new UsageError(`there is a file ${path} already: take another name, or --overwrite`);
    const config = await session.config();
    const counts: BackupCounts = { records: 0, state: 0, unreadable: [] };
    const file = await longWork(invocation, (watcher) =>
      withStore(config, { create: false, onNotice: output.notice }, (store) => {
        const text = backupText(store, { skipUnreadable: skipUnreadable === true }, counts, watcher);
        return toStdout ? toPipe(output, text) : writePrivateFile(path, text);
      }),
    );
    if (output.json) await output.value({ path: file ?? null, ...counts });
    const what = `${counts.records} clients and ${counts.state} entries of node state`;
    output.say(`Wrote ${what} to ${file ?? "standard output"}`);
    if (counts.unreadable.length > 0)
      output.say(`Left out, for they cannot be read: ${counts.unreadable.join(", ")}.`);
    return EXIT.ok;
  },
};
