/** The CSV of Python hubs, with its cells quoted and harmless to a spreadsheet. */

/** In the order of Python's export. */
export const CSV_COLUMNS = ["client_id", "name", "is_admin", "access_key", "password", "crypto_key"] as const;

/** Only for import: what else of a client fits into a cell. */
export const MORE_COLUMNS = ["description", "allowed_types"] as const;

// A spreadsheet runs a cell that begins so as a formula, also in quotes; the wide forms count in Japanese ones.
// Source: https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** An apostrophe first makes a spreadsheet take the cell as text. What looks as if it had one gets another. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(",")}\n`;
}

/** The text that {@link csvLine} was given. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
