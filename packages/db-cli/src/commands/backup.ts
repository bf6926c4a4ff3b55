import { lstatSync } from "node:fs";
import { EXIT } from "../exit-codes.ts";
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

export const backup: CommandDefinition = {
  name: "backup",
  summary: "write everything in the store to one file",
  details: `Every record with its secrets, revoked ones too, and what the nodes remember: lines of JSON, the same for all backends, with a checksum. The file is for its owner alone; what is not sealed in the store is readable in it.

It is written whole or not at all. Nodes and hubs can go on working meanwhile: what they change while it is made is in it or not.`,
  examples: [
    "hivemind-db backup clients-2026-01-31.ndjson",
    "hivemind-db backup clients.ndjson --overwrite --quiet",
  ],
  setUp(command) {
    command.argument("<file>", "the file to write").option("--overwrite", "replace a file that is there");
    withSkipUnreadable(command);
    withQuiet(command);
  },
  async run(invocation) {
    const {
      args: [path = ""],
      session,
      output,
    } = invocation;
    const { overwrite, skipUnreadable }: Options = invocation.options;
    if (overwrite !== true && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
      throw new UsageError(`there is a file ${path} already: take another name, or --overwrite`);
    const config = await session.config();
    const counts: BackupCounts = { records: 0, state: 0, unreadable: [] };
    const file = await longWork(invocation, (watcher) =>
      withStore(config, { create: false, onNotice: output.notice }, (store) =>
        writePrivateFile(
          path,
          backupText(store, { skipUnreadable: skipUnreadable === true }, counts, watcher),
        ),
      ),
    );
    if (output.json) await output.value({ path: file, ...counts });
    output.say(`Wrote ${counts.records} clients and ${counts.state} entries of node state to ${file}`);
    if (counts.unreadable.length > 0)
      output.say(`Left out, for they cannot be read: ${counts.unreadable.join(", ")}.`);
    return EXIT.ok;
  },
};
