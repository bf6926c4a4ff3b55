/** Clients from CSV: ours, Python's unquoted one, or one from a spreadsheet. */
import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { DbError, isTombstone, parseClientId, systemError } from "@hivemind/db-core/backend";
import { CSV_COLUMNS, fromCell, MORE_COLUMNS } from "./csv-text.ts";
import { DraftReader } from "./draft-candidate.ts";
import type { Draft } from "./draft-candidate.ts";
import { fileLines } from "./file-lines.ts";
import type { Source, SourceEntry } from "./source.ts";

const PAGE = 500;
const COLUMNS: ReadonlySet<string> = new Set([...CSV_COLUMNS, ...MORE_COLUMNS]);

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

export async function csvSource(path: string): Promise<Source> {
  const delimiter = await delimiterOf(path);
  return {
    schema: 2,
    onUnreadable: { code: "invalid", advice: "Mend these lines, or leave them out with --skip-unreadable" },
    pages: () => pagesOf(path, delimiter),
    state: async function* () {},
  };
}

/** Spreadsheets write semicolons where the comma is in numbers. */
async function delimiterOf(path: string): Promise<string> {
  for await (const { bytes } of fileLines(path)) {
    const header = bytes.toString("utf8");
    return header.includes(";") && !header.includes(",") ? ";" : ",";
  }
  throw new DbError("invalid", `${path} is empty`);
}

async function* pagesOf(path: string, delimiter: string): AsyncGenerator<readonly SourceEntry[]> {
  const reader = new DraftReader();
  let columns: readonly string[] | undefined;
  let page: SourceEntry[] = [];
  for await (const { record, info } of rowsOf(path, delimiter)) {
    if (columns === undefined) {
      columns = columnsOf(path, record);
      continue;
    }
    const names = columns;
    page.push(reader.entry(`line ${info.lines}`, () => draftOf(names, record)));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* rowsOf(path: string, delimiter: string): AsyncGenerator<Row> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    // Python quotes nothing, so that a quote can be part of a name.
    relax_quotes: true,
    // Counted by us, for a line that is wrong is not the end.
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const file = createReadStream(path);
  file.on("error", (error) => parser.destroy(error));
  try {
    for await (const row of file.pipe(parser) as AsyncIterable<Row>) yield row;
  } catch (error) {
    if (!(error instanceof CsvError)) throw systemError(error, "read", path);
    // Its message can quote the file.
    const line = "lines" in error && typeof error["lines"] === "number" ? `, line ${error["lines"]}` : "";
    throw new DbError("invalid", `${path}${line}: a quoted value that does not end, or is followed by more`);
  } finally {
    file.destroy();
  }
}

function columnsOf(path: string, header: readonly string[]): readonly string[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !COLUMNS.has(name));
  if (!names.includes("access_key") || unknown.length > 0 || new Set(names).size < names.length) {
    throw new DbError(
      "invalid",
      `${path}: its first line must name the columns, each once: access_key, and of the others any of ${[...COLUMNS].join(", ")}`,
    );
  }
  return names;
}

function draftOf(columns: readonly string[], cells: readonly string[]): Draft {
  if (cells.length !== columns.length) {
    throw new DbError(
      "invalid",
      `it has ${cells.length} values, and the first line names ${columns.length}. A comma or a line break in a value needs quotes around the value`,
    );
  }
  const row = new Map(columns.map((name, i) => [name, fromCell(cells[i] ?? "")]));
  const given = <T>(column: string, read: (cell: string) => T) => {
    const cell = row.get(column);
    return cell === undefined ? [] : [read(cell)];
  };
  const [id] = given("client_id", idOf);
  const [name] = given("name", String);
  const [description] = given("description", String);
  const [isAdmin] = given("is_admin", flagOf);
  const [allowedTypes] = given("allowed_types", (cell) => cell.split(/\s+/).filter((type) => type !== ""));
  const [password] = given("password", secretOf);
  const [cryptoKey] = given("crypto_key", secretOf);
  const accessKey = row.get("access_key") || undefined;
  const isRevoked =
    id !== undefined && accessKey !== undefined && isTombstone({ client_id: id, api_key: accessKey });
  const fields = { name, description, isAdmin, allowedTypes, password, cryptoKey, accessKey };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { ...(id === undefined ? {} : { id }), revoked: isRevoked, fields: known };
}

function idOf(cell: string): number | undefined {
  if (cell === "") return undefined;
  const id = parseClientId(cell.trim());
  if (id === undefined) throw new DbError("invalid", "client_id is no whole number");
  return id;
}

function flagOf(cell: string): boolean {
  if (/^(?:true|1|yes)$/i.test(cell.trim())) return true;
  if (/^(?:false|0|no|)$/i.test(cell.trim())) return false;
  throw new DbError("invalid", "is_admin must be True or False");
}

/** Python writes None where there is none. */
function secretOf(cell: string): string | null {
  return cell === "" || cell === "None" ? null : cell;
}
