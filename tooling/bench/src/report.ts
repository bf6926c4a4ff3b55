/** The tables as people read them. */
import type { Backend, Figure, Report, Row, Table } from "./result.ts";
import { wanted } from "./wanted.ts";

export const NAMES = { json: "JSON", sqlite: "SQLite", redis: "Redis" } as const;
const ALTERNATIVES = {
  json: "plain file, rewritten per change",
  sqlite: "keyv on SQLite",
  redis: "keyv on Redis",
} as const;

export function markdown({ at, machine, versions, tables }: Report): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    "# What it costs",
    "",
    `Measured ${at.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}; ${used.join(", ")}.`,
    "While the warm rows are measured another process touches a client each second (JSON with over 10,000 clients: each",
    "10 seconds, since each touch rewrites the file). Of hot clients there are 1,000.",
    "Medians, with the quartiles in brackets, after a warm-up (20,000 look-ups, an import of 10,000); what stands in one",
    "row was measured in turns. The floor is the least work by hand with the same guarantee, in the same process; the",
    "ratio is floor / ours (1: nothing is left to gain). In the last column an update or a touch is get, change and set;",
    "`open` opens and gets one value; a revocation is deleted in one process, and got in another until it is gone. After",
    "0 ns a denial was there before `revoke()` had returned, and has no ratio. The other dashes: `keyv` keeps no client in",
    "memory, and who has read a plain file never hears of a revocation. Written by `npm run bench -- --record`.",
    "",
    ...tables.map(section),
  ].join("\n");
}

function section({ backend, clients, rows }: Table): string {
  const head = `| ${NAMES[backend]}, ${clients.toLocaleString("en")} clients | ours | floor | ratio | wanted | ${ALTERNATIVES[backend]} |`;
  const lines = rows.map((row) => line(backend, clients, row));
  return [head, "| --- | ---: | ---: | ---: | ---: | ---: |", ...lines, ""].join("\n");
}

function line(backend: Backend, clients: number, row: Row): string {
  const { what, unit, ours, floor, other } = row;
  const shown = unit === "ns" ? time : bytes;
  const cell = (figure: Figure | undefined): string => (figure === undefined ? "–" : shown(figure.median));
  const spread = ours.low === ours.high ? "" : ` (${shown(ours.low)} to ${shown(ours.high)})`;
  return `| ${what} | ${cell(ours)}${spread} | ${cell(floor)} | ${ratioOf(row)} | ${wanted(backend, clients, what)} | ${cell(other)} |`;
}

export function ratioOf({ ours, floor }: Row): string {
  if (floor === undefined || ours.median === 0 || floor.median === 0) return "–";
  const ratio = floor.median / ours.median;
  return ratio.toFixed(ratio >= 10 ? 0 : 2);
}

export function time(nanoseconds: number): string {
  const [size, unit] = TIMES.find(([least]) => nanoseconds >= least) ?? [1, "ns"];
  return `${short(nanoseconds / size)} ${unit}`;
}

const TIMES = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
] as const;

function bytes(count: number): string {
  return count < 2 ** 16 ? `${Math.round(count)} B` : `${short(count / 2 ** 20)} MB`;
}

function short(value: number): string {
  return value >= 99.5 ? value.toFixed(0) : value.toPrecision(2);
}
