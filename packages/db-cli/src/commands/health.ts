import { isDbError, stringifyJson } from "@hivemind/db-core";
import type { ClientDatabase, JsonObject } from "@hivemind/db-core";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { escapeJson, escapeText } from "../output/escape.ts";
import type { Row } from "../output/table.ts";
import type { CommandDefinition } from "./definition.ts";

/** What `--json` shows; every field is always there. */
interface Report {
  readonly ok: boolean;
  readonly message: string;
  /** Why the store could not even be opened: a code of `DbError`. */
  readonly code: string | null;
  readonly backend: string | null;
  readonly location: string | null;
  readonly schema: number | null;
  readonly guarantees: JsonObject | null;
  readonly details: JsonObject;
  readonly warnings: readonly string[];
}

export const health: CommandDefinition = {
  name: "health",
  summary: "say whether the store can be used",
  details: "Cheap enough for a container's HEALTHCHECK: exit code 0 is healthy, 4 and all others are not.",
  examples: ["hivemind-db health", "HEALTHCHECK CMD hivemind-db health --json"],
  async run({ session, output }) {
    const { report, exitCode } = await examine(() => session.withDatabase({ create: false }, reportOf));
    if (output.json) await output.value({ ...report });
    else
      await output.table(rows(report), (index) => (index === 0 ? (report.ok ? "green" : "red") : undefined));
    return exitCode;
  },
};

async function examine(open: () => Promise<Report>): Promise<{ report: Report; exitCode: ExitCode }> {
  try {
    const report = await open();
    return { report, exitCode: report.ok ? EXIT.ok : EXIT.storeUnusable };
  } catch (error) {
    if (!isDbError(error)) throw error;
    const { code, message, backend = null } = error;
    const nothing = { location: null, schema: null, guarantees: null, details: {}, warnings: [] };
    return { report: { ok: false, message, code, backend, ...nothing }, exitCode: exitCodeOf(code) };
  }
}

async function reportOf(database: ClientDatabase): Promise<Report> {
  const { ok, message, details, warnings = [] } = await database.health();
  const { location, schema, guarantees } = database.info();
  return {
    ok,
    message,
    code: null,
    backend: database.plugin.name,
    location,
    schema,
    guarantees: { ...guarantees },
    details,
    warnings,
  };
}

function rows({ ok, message, backend, location, schema, details, warnings }: Report): readonly Row[] {
  const known = Object.entries({ backend, location, schema, ...details }).filter(
    ([, value]) => value !== null,
  );
  return [
    [ok ? "healthy" : "unhealthy", escapeText(message)],
    ...warnings.map((text) => ["warning", escapeText(text)]),
    ...known.map(([name, value]) => [
      escapeText(name),
      typeof value === "string" ? escapeText(value) : escapeJson(stringifyJson(value ?? null)),
    ]),
  ];
}
