/** The clients of a node as the text of a file. */
import { stringifyJson } from "@hivemind/db-core";
import type { Client, ClientDatabase, ClientSecrets } from "@hivemind/db-core";
import { clientJson, clientJsonWithSecrets } from "../output/client-json.ts";
import { escapeJson } from "../output/escape.ts";
import { CSV_COLUMNS, csvLine } from "./csv-text.ts";
import type { Watcher } from "./transfer.ts";

export const EXPORT_FORMATS = ["csv", "json"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Revoked ones too. */
  readonly all: boolean;
  readonly showSecrets: boolean;
}

/** So many secrets are asked for at once. */
const PAGE = 200;

/** `count` is kept up to what has been answered. */
export async function* exportText(
  database: ClientDatabase,
  options: ExportOptions,
  count: { clients: number },
  { progress, interrupt }: Watcher,
): AsyncGenerator<string> {
  const isCsv = options.format === "csv";
  yield isCsv ? `${CSV_COLUMNS.join(",")}\n` : "[";
  progress.begin("Writing");
  for await (const page of wantedPages(database, options)) {
    interrupt.check();
    const secrets = await Promise.all(options.showSecrets ? page.map(({ id }) => database.secrets(id)) : []);
    for (const [i, client] of page.entries()) {
      const separator = count.clients === 0 ? "\n" : ",\n";
      yield isCsv ? csvOf(client, secrets[i]) : separator + jsonOf(client, secrets[i], options);
      count.clients += 1;
    }
    progress.add(page.length);
  }
  if (!isCsv) yield "\n]\n";
}

async function* wantedPages(
  database: ClientDatabase,
  { all }: ExportOptions,
): AsyncGenerator<readonly Client[]> {
  let page: Client[] = [];
  for await (const client of database.listClients()) {
    if (client.revoked && !all) continue;
    page.push(client);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function jsonOf(client: Client, secrets: ClientSecrets | undefined, { showSecrets }: ExportOptions): string {
  const json = showSecrets ? clientJsonWithSecrets(client, secrets) : clientJson(client);
  return escapeJson(stringifyJson(json));
}

/** Booleans as Python writes them. The key of a tombstone is no secret: it says that it is one. */
function csvOf({ id, name, isAdmin, revoked }: Client, secrets: ClientSecrets | undefined): string {
  const { accessKey = revoked ? "revoked" : "", password, cryptoKey } = secrets ?? {};
  return csvLine([String(id), name, isAdmin ? "True" : "False", accessKey, password ?? "", cryptoKey ?? ""]);
}
