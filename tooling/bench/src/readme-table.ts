/** The figures that the root README shows, between two comments. */
import { NAMES, ratioOf, time } from "./report.ts";
import type { Table } from "./result.ts";
import { BULK, BULK_CLIENTS, wanted } from "./wanted.ts";

const BEGIN = "<!-- figures: npm run bench -- --record -->";
const END = "<!-- /figures -->";
const SHOWN = [
  "authenticate + authorize, warm",
  "authenticate, cold",
  "unknown key, each another one",
  "durable add",
  "durable add, 64 at once",
] as const;
/** Of the sizes that were measured, the one that most hubs are below. */
const TYPICAL = 10_000;

/** Throws where the README has no place for them. */
export function withFigures(readme: string, tables: readonly Table[]): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} ... ${END}`);
  const sizes = [...new Set(tables.map(({ clients }) => clients))];
  const size = sizes.includes(TYPICAL) ? TYPICAL : Math.max(...sizes);
  const clients = size.toLocaleString("en");
  const most = sizes.includes(BULK_CLIENTS) ? BULK_CLIENTS : size;
  const head = [`${clients} clients`, "in", "ours", "floor", "ratio", "wanted", "instead"];
  const linesOf = (at: number, what: string, title = what): readonly (readonly string[])[] =>
    tables.filter((table) => table.clients === at).flatMap((table) => lineOf(table, what, title));
  const lines = [
    ...SHOWN.flatMap((what) => linesOf(size, what)),
    ...linesOf(most, BULK, `bulk insert of ${most.toLocaleString("en")}, per client`),
  ];
  const text = [head, head.map((_, i) => (i < 2 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return `${before}${BEGIN}

Medians. The floor is the least work by hand on the raw driver with the same guarantee, and the ratio floor / ours.
Instead: \`keyv\` on the same store; for JSON a plain file that is rewritten for each change.

${text}

[All tables](tooling/bench/results/README.md), and what the number of clients changes:

![Cost of one operation against the number of clients](tooling/bench/results/plot.svg)

${END}${after}`;
}

function lineOf(
  { backend, clients, rows }: Table,
  what: string,
  title: string,
): readonly (readonly string[])[] {
  const row = rows.find((each) => each.what === what);
  if (row === undefined) return [];
  const { ours, floor, other } = row;
  return [
    [
      title,
      NAMES[backend],
      time(ours.median),
      floor === undefined ? "–" : time(floor.median),
      ratioOf(row),
      wanted(backend, clients, what),
      other === undefined ? "–" : time(other.median),
    ],
  ];
}
