/** The few figures that the root README shows, between two comments. */
import { NAMES, time } from "./report.ts";
import type { Table } from "./result.ts";

const BEGIN = "<!-- figures: npm run bench -- --record -->";
const END = "<!-- /figures -->";
const SHOWN = [
  ["authenticate + authorize, warm", "from memory"],
  ["authenticate, cold", "from the store"],
  ["durable add, 64 at once", "durable add, 64 at once"],
  ["open", "open"],
] as const;

/** Throws where the README has no place for them. */
export function withFigures(readme: string, tables: readonly Table[]): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} ... ${END}`);
  const head = ["clients", ...SHOWN.map(([, title]) => title)];
  const lines = tables.map((table) => [
    `${table.clients.toLocaleString("en")} in ${NAMES[table.backend]}`,
    ...SHOWN.map(([what]) => {
      const row = table.rows.find((each) => each.what === what);
      return row === undefined ? "" : time(row.ours.median);
    }),
  ]);
  const table = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines];
  const text = table.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
}
