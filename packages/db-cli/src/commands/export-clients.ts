import { statSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { withQuiet } from "../transfer/command-options.ts";
import { EXPORT_FORMATS, exportText } from "../transfer/export-text.ts";
import type { ExportFormat } from "../transfer/export-text.ts";
import { longWork } from "../transfer/long-work.ts";
import { writePrivateFile } from "../transfer/private-file.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition } from "./definition.ts";
import { SHOW_SECRETS, SHOW_SECRETS_MEANING } from "./show-secrets.ts";
import type { ShowSecrets } from "./show-secrets.ts";

interface Options extends ShowSecrets {
  readonly path?: string;
  readonly format?: ExportFormat;
  readonly all?: true;
}

/** As Python hubs name it. */
const FILE_NAME = "hivemind_clients";

export const exportClients: CommandDefinition = {
  name: "export-clients",
  summary: "write the clients to a file, for people and other programs",
  details: `CSV with the columns of Python hubs, or JSON with every field, as list-clients shows it. Without --path it goes to stdout. Access keys, passwords and crypto keys are left empty without --show-secrets; a file without them cannot be imported again.

In CSV a text that a spreadsheet would run as a formula has an apostrophe before it, which import-clients takes away. For a copy of everything, see backup.`,
  examples: [
    "hivemind-db export-clients --path /home/me",
    "hivemind-db export-clients --path clients.json --show-secrets",
  ],
  setUp(command) {
    command
      .option("--path <file-or-folder>", `the file; in a folder it is ${FILE_NAME}.csv`)
      .option("--format <format>", "csv or json (default: by the name of the file; else csv)", parseFormat)
      .option("--all", "revoked clients too")
      .option(SHOW_SECRETS, SHOW_SECRETS_MEANING);
    withQuiet(command);
  },
  async run(invocation) {
    const { session, output } = invocation;
    const { path, format: given, ...flags }: Options = invocation.options;
    const [all, showSecrets] = [flags.all === true, flags.showSecrets === true];
    const format = given ?? formatOf(path, output);
    if (output.json && path === undefined && format === "csv")
      throw new UsageError("with --json, CSV needs a --path to go to");
    const file = path === undefined ? undefined : fileOf(path, format);
    const count = { clients: 0 };
    const written = await longWork(invocation, (watcher) =>
      session.withDatabase({ create: false }, (database) => {
        const text = exportText(database, { format, all, showSecrets }, count, watcher);
        return file === undefined ? output.text(text) : writePrivateFile(file, text);
      }),
    );
    const { clients } = count;
    if (written !== undefined) {
      if (output.json) await output.value({ path: written, format, clients, secrets: showSecrets });
      output.say(`Wrote ${clients} clients to ${written}`);
    }
    if (!showSecrets) output.say("Without access keys, passwords and crypto keys: see --show-secrets.");
    return EXIT.ok;
  },
};

function parseFormat(text: string): ExportFormat {
  const format = EXPORT_FORMATS.find((one) => one === text);
  if (format === undefined) throw new UsageError("--format takes one of csv, json");
  return format;
}

function formatOf(path: string | undefined, { json }: Output): ExportFormat {
  if (path === undefined) return json ? "json" : "csv";
  return path.toLowerCase().endsWith(".json") ? "json" : "csv";
}

function fileOf(path: string, format: ExportFormat): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(path, `${FILE_NAME}.${format}`) : path;
}
