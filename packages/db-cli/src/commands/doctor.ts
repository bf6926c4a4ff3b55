import type { Finding, JsonObject } from "@hivemind/db-core";
import { examine } from "../doctor/examine.ts";
import { EXIT } from "../exit-codes.ts";
import { Progress } from "../output/progress.ts";
import { escapeText } from "../output/escape.ts";
import type { Row } from "../output/table.ts";
import { withQuiet } from "../transfer/command-options.ts";
import type { QuietOption } from "../transfer/command-options.ts";
import type { CommandDefinition } from "./definition.ts";

const COLOURS = { error: "red", warning: "yellow", info: undefined } as const;

export const doctor: CommandDefinition = {
  name: "doctor",
  summary: "look for everything that is wrong, and say what to do",
  details: `It reads the whole store. Exit code 7 where an error is left, else 0: warnings and infos are advice.

--repair mends what can be mended from the records alone: indexes, counters, revocations that a Python hub has undone. It changes no file's permissions and no client.`,
  examples: ["hivemind-db doctor", "hivemind-db doctor --repair"],
  setUp(command) {
    command.option("--repair", "mend what can be mended");
    withQuiet(command);
  },
  async run({ options, session, output, io }) {
    const { repair, quiet }: QuietOption & { readonly repair?: true } = options;
    const progress = new Progress(io, { isShown: quiet !== true && !output.json });
    const findings = await examine(session, repair === true, progress).finally(() => progress.end());
    const ok = findings.every((one) => one.severity !== "error" || one.repair === "done");
    if (output.json) await output.value({ ok, findings: findings.map(json) });
    else if (findings.length > 0) {
      await output.table(findings.map(row), (index) => COLOURS[findings[index]?.severity ?? "info"]);
    }
    if (findings.length === 0) output.say("Found nothing wrong.");
    else if (findings.some((one) => one.repair === "possible")) {
      output.say("Some of it can be mended: hivemind-db doctor --repair");
    }
    return ok ? EXIT.ok : EXIT.no;
  },
};

function row({ severity, code, message, repair }: Finding): Row {
  return [repair === "done" ? "mended" : severity, code, escapeText(message.replaceAll("\n", " "))];
}

function json({ code, severity, message, clientIds, repair }: Finding): JsonObject {
  return { code, severity, message, clientIds, repair };
}
