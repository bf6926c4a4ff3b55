import { EXIT } from "../exit-codes.ts";
import { openBackup } from "../transfer/backup-source.ts";
import { withDryRun, withQuiet } from "../transfer/command-options.ts";
import type { DryRunOption } from "../transfer/command-options.ts";
import { withInput } from "../transfer/input.ts";
import { longWork } from "../transfer/long-work.ts";
import { withStore } from "../transfer/open-store.ts";
import { reportJson, reportSentences } from "../transfer/report.ts";
import { transfer } from "../transfer/transfer.ts";
import type { CommandDefinition } from "./definition.ts";

export const restore: CommandDefinition = {
  name: "restore",
  summary: "put a backup into an empty store",
  details: `On any backend, whichever the backup was made of. The file is checked as a whole before anything is written, and everything is compared field by field at the end. Stopped at any moment, the same command completes it. The store keeps an id of its own.

A store that holds any other client is refused: to merge, see import-clients.`,
  examples: [
    "hivemind-db restore clients-2026-01-31.ndjson",
    "hivemind-db restore clients.ndjson --dry-run",
    "gpg --decrypt clients.ndjson.gpg | hivemind-db restore -",
  ],
  setUp(command) {
    command.argument("<file>", "what hivemind-db backup has written; - for standard input");
    withDryRun(command);
    withQuiet(command);
  },
  async run(invocation) {
    const {
      args: [path = ""],
      session,
      output,
      io,
    } = invocation;
    const { dryRun = false }: DryRunOption | { readonly dryRun?: false } = invocation.options;
    const config = await session.config();
    const { report, location } = await longWork(invocation, async (watcher) => {
      const restoreFrom = async (file: string) => {
        const source = await openBackup(file, watcher);
        return withStore(config, { create: true, onNotice: output.notice }, async (store) => {
          const options = {
            onConflict: "fail",
            skipUnreadable: false,
            dryRun,
            intoEmpty: true,
            adviceOnConflict: "A backup is restored into an empty store only; to merge, see import-clients",
          } as const;
          return {
            report: await transfer(source, store, options, watcher),
            location: store.backend.info().location,
          };
        });
      };
      return withInput(path, io, watcher.interrupt, restoreFrom);
    });
    if (output.json) await output.value({ location, dryRun, ...reportJson(report) });
    else for (const sentence of reportSentences(report, dryRun)) output.say(sentence);
    output.say(dryRun ? "Nothing was written." : `Restored to ${location}, and compared field by field.`);
    return EXIT.ok;
  },
};
