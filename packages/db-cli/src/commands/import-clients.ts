import type { NodeConfig } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import { openBackup } from "../transfer/backup-source.ts";
import { clientsOnly } from "../transfer/clients-only.ts";
import {
  withConflictPolicy,
  withDryRun,
  withNewIdsOption,
  withQuiet,
  withSkipUnreadable,
} from "../transfer/command-options.ts";
import type {
  ConflictOption,
  DryRunOption,
  NewIdsOption,
  SkipUnreadableOption,
} from "../transfer/command-options.ts";
import { csvSource } from "../transfer/csv-source.ts";
import { formatOf } from "../transfer/import-file.ts";
import type { ImportFormat } from "../transfer/import-file.ts";
import { STDIN, withInput } from "../transfer/input.ts";
import { jsonSource } from "../transfer/json-source.ts";
import { longWork } from "../transfer/long-work.ts";
import { withNewIds } from "../transfer/new-ids.ts";
import { withStore } from "../transfer/open-store.ts";
import { reportJson, reportSentences } from "../transfer/report.ts";
import type { Source } from "../transfer/source.ts";
import { STORE_PASSWORD, withStoreFile } from "../transfer/store-file.ts";
import { transfer } from "../transfer/transfer.ts";
import type { Watcher } from "../transfer/transfer.ts";
import type { CommandDefinition, Invocation } from "./definition.ts";

interface Options extends ConflictOption, DryRunOption, NewIdsOption, SkipUnreadableOption {
  readonly passwordFile?: string;
}

export const importClients: CommandDefinition = {
  name: "import-clients",
  summary: "add the clients of a file to the store",
  details: `FILE is JSON or CSV as export-clients writes them with --show-secrets, CSV of a Python hub, a backup, or the store of a hub (.json, .ejson, .db: the backend of that format must be installed); - reads standard input. Ids are kept; clients without one get the next. What a file says nothing about stays as it is. The store is created where there is none.

Where other clients have those ids here, --new-ids gives each client the next free one: a client that is here already is then known by its access key, and revoked ones are left out.

CSV names its columns in the first line: access_key, and any of client_id, name, is_admin, password, crypto_key, description, allowed_types (separated by spaces).

Everything is looked at before anything is written. The same clients again change nothing.`,
  examples: [
    "hivemind-db import-clients clients.csv --dry-run",
    "hivemind-db import-clients clients-of-another-hub.json --new-ids",
    "hivemind-db import-clients /mnt/old-hub/clients.ejson --password-file password.txt --on-conflict skip",
  ],
  setUp(command) {
    command
      .argument("<file>", "the file to read; - for standard input")
      .option(
        "--password-file <file>",
        `holds the password of an encrypted store (or set ${STORE_PASSWORD})`,
      );
    for (const add of [withNewIdsOption, withConflictPolicy, withDryRun, withSkipUnreadable, withQuiet])
      add(command);
  },
  async run(invocation) {
    const {
      args: [file = ""],
      session,
      output,
      io,
    } = invocation;
    const options: Options = invocation.options;
    const dryRun = options.dryRun === true;
    const config = await session.config();
    const done = await longWork(invocation, (watcher) =>
      withInput(file, io, watcher.interrupt, async (path) => {
        const format = await formatOf(path);
        return withSource({ path, format, config, watcher, invocation }, (source) =>
          withStore(config, { create: true, onNotice: output.notice }, async (store) => {
            const report = await transfer(
              options.newIds === true ? withNewIds(source) : source,
              store,
              {
                onConflict: options.onConflict ?? "fail",
                skipUnreadable: options.skipUnreadable === true,
                dryRun,
                adviceOnConflict: ADVICE,
              },
              watcher,
            );
            const { location, storeId } = store.backend.info();
            if (store.isNew && storeId !== undefined)
              output.remark("new-store", `Made a new store at ${location}`);
            return { report, location, format, path: file === STDIN ? STDIN : path };
          }),
        );
      }),
    );
    if (output.json) {
      const { path, format, location, report } = done;
      await output.value({ path, format, location, dryRun, ...reportJson(report) });
    } else for (const sentence of reportSentences(done.report, dryRun)) output.say(sentence);
    return EXIT.ok;
  },
};

const ADVICE =
  "Change the file, or choose with --on-conflict: skip leaves what is in the store as it is, replace gives it what the file says. Where they are other clients, --new-ids gives those of the file ids of their own";

interface FileToRead {
  readonly path: string;
  readonly format: ImportFormat;
  readonly config: NodeConfig;
  readonly watcher: Watcher;
  readonly invocation: Invocation;
}

async function withSource<T>(
  { path, format, config, watcher, invocation: { options, output, io } }: FileToRead,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const { passwordFile }: Options = options;
  if (format === "csv") return use(await csvSource(path));
  if (format === "json") return use(jsonSource(path));
  if (format === "backup") return use(clientsOnly(await openBackup(path, watcher)));
  return withStoreFile(path, config, { passwordFile, env: io.env, onNotice: output.notice }, use);
}
