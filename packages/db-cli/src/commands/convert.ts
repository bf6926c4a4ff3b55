import { DbError } from "@hivemind/db-core";
import type { ConvertReport, JsonObject } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { withDryRun, withQuiet } from "../transfer/command-options.ts";
import type { DryRunOption, QuietOption } from "../transfer/command-options.ts";
import { longWork } from "../transfer/long-work.ts";
import type { CommandDefinition } from "./definition.ts";

interface Options extends DryRunOption, QuietOption {
  readonly toTag?: string;
}

export const convert: CommandDefinition = {
  name: "convert",
  summary: "copy a Redis store to a hash tag",
  details: `From keys without a hash tag to keys with one, which a cluster keeps together. The old keys stay as they are. Stop every node and hub on them first; afterwards set the hash tag in the config.

Killed in between, it goes on when it is run again. Nothing can use the copy before it is complete.`,
  examples: ["hivemind-db convert --dry-run", "hivemind-db convert --to-tag clients"],
  setUp(command) {
    command.option("--to-tag <tag>", "the hash tag of the new keys (default: clients)");
    for (const add of [withDryRun, withQuiet]) add(command);
  },
  async run(invocation) {
    const { session, output } = invocation;
    const { toTag, dryRun }: Options = invocation.options;
    const { plugin, options } = await session.plugin();
    const start = plugin.convert?.bind(plugin);
    if (start === undefined)
      throw new DbError("unsupported", `${plugin.name} has one layout only: there is nothing to convert`);
    const report = await longWork(invocation, ({ progress, interrupt }) => {
      let last = 0;
      const onProgress = (done: number, total: number): void => {
        if (last === 0 || done < last) progress.begin(last === 0 ? "Copying" : "Comparing", total);
        progress.add(done < last ? done : done - last);
        last = done;
        interrupt.check();
      };
      return start(options, { to: toTag, dryRun: dryRun === true, onProgress });
    });
    if (output.json) await output.value(jsonOf(report));
    else tell(output, report);
    return EXIT.ok;
  },
};

function jsonOf(report: ConvertReport): JsonObject {
  return { ...report };
}

function tell(output: Output, report: ConvertReport): void {
  const { from, to, isDone, records, tombstones, stateEntries } = report;
  const what = `${records} clients (${tombstones} of them revoked) and ${stateEntries} entries of node state`;
  output.say(
    isDone
      ? `Copied ${what} from ${from} to ${to}, and compared them.`
      : `${what} would be copied from ${from} to ${to}. Nothing was written.`,
  );
  tellIds(output, report.unreadable, "cannot be read, and are copied as they are");
  tellIds(output, report.leftBehind, "are no text, or just being created, and are not copied");
  tellIds(output, report.changedMeanwhile, "were changed meanwhile, and copied again");
  if (isDone)
    output.say(
      `Set the hash tag in the config of every node and hub. ${from} is as it was: whoever goes on writing there is not heard of in ${to}.`,
    );
}

function tellIds(output: Output, ids: readonly string[], what: string): void {
  if (ids.length > 0)
    output.say(`These ${what}: ${ids.slice(0, 20).join(", ")}${ids.length > 20 ? ", ..." : ""}.`);
}
