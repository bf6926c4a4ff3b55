/** The tables as people read them. */
import type { Figure, Report, Row, Table } from "./result.ts";

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
    "Medians, with the quartiles in brackets. The floor is the least work by hand with the same guarantee, in the same",
    "process; the ratio is floor / ours (1: nothing is left to gain). Written by `npm run bench -- --record`.",
    "",
    ...tables.map(section),
  ].join("\n");
}

function section({ backend, clients, rows }: Table): string {
  const head = `| ${NAMES[backend]}, ${clients.toLocaleString("en")} clients | ours | floor | ratio | ${ALTERNATIVES[backend]} |`;
  return [head, "| --- | ---: | ---: | ---: | ---: |", ...rows.map(line), ""].join("\n");
}

function line({ what, unit, ours, floor, other }: Row): string {
  const shown = unit === "ns" ? time : bytes;
  const ratio = floor === undefined ? "" : (floor.median / ours.median).toFixed(2);
  const cell = (figure: Figure | undefined): string => (figure === undefined ? "" : shown(figure.median));
  const spread = ours.low === ours.high ? "" : ` (${shown(ours.low)} to ${shown(ours.high)})`;
  return `| ${what} | ${cell(ours)}${spread} | ${cell(floor)} | ${ratio} | ${cell(other)} |`;
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
  return `${short(count / 2 ** 20)} MB`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
