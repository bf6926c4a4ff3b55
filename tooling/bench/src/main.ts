/** `npm run bench`: measures, prints, and with `--record` writes the results that the README shows. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem, release, type } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plot } from "./plot.ts";
import { withFigures } from "./readme-table.ts";
import { markdown } from "./report.ts";
import type { Backend, Report, Table } from "./result.ts";

const USAGE = `usage: npm run bench [-- --clients 100,10000,100000 --backends json,sqlite,redis --record]
  --record  writes tooling/bench/results (results.json, tables, plot) and the figures in README.md`;
const BACKENDS: readonly Backend[] = ["json", "sqlite", "redis"];
const README = new URL("../../../README.md", import.meta.url);
const RESULTS = new URL("../results/", import.meta.url);
/** A larger file is rewritten for each change: measuring it takes longer than all the others together. */
const MOST_JSON = 100_000;

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "100,10000,100000" },
    backends: { type: "string", default: BACKENDS.join(",") },
    record: { type: "boolean", default: false },
  },
});
const counts = values.clients.split(",").map(Number);
const backends = values.backends.split(",").filter((name) => BACKENDS.some((backend) => backend === name));

if (backends.length === 0 || !counts.every((count) => Number.isSafeInteger(count) && count >= 1)) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const tables: Table[] = [];
  for (const clients of counts) {
    for (const backend of backends as readonly Backend[]) {
      if (backend === "json" && clients > MOST_JSON) continue;
      console.error(`${backend}, ${clients} clients`);
      tables.push(await measured(backend, clients));
    }
  }
  const report: Report = { at: new Date().toISOString(), machine: machine(), versions: versions(), tables };
  console.log(markdown(report));
  if (values.record) {
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(new URL("results.json", RESULTS), `${JSON.stringify(report, undefined, 2)}\n`);
    writeFileSync(
      new URL("README.md", RESULTS),
      `${markdown(report)}\n![Cost and number of clients](plot.svg)\n`,
    );
    writeFileSync(new URL("plot.svg", RESULTS), plot(tables));
    writeFileSync(README, withFigures(readFileSync(README, "utf8"), tables));
    console.error("recorded; npm run fix sets the tables in columns");
  }
}

async function measured(backend: Backend, clients: number): Promise<Table> {
  const program = fileURLToPath(new URL("tables.process.ts", import.meta.url));
  const flags = [...process.execArgv, "--expose-gc", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program, backend, String(clients)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`measuring ${backend} with ${clients} clients failed`);
  return JSON.parse(output) as Table;
}

function machine(): Report["machine"] {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
  };
}

function versions(): Report["versions"] {
  const packages = ["better-sqlite3", "ioredis", "keyv", "@keyv/redis", "mitata"];
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const wanted = packages.map((name) => [name, manifest.devDependencies[name] ?? ""] as const);
  return { node: process.versions.node, ...Object.fromEntries(wanted) };
}
