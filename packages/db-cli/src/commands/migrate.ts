import type { MigrationReport } from "@hivemind/db-core";
import { upgradeSentences } from "../clients/upgrade.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import type { Output } from "../output/output.ts";
import { canAsk, confirm } from "../prompts/terminal.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition } from "./definition.ts";

const WARNING =
  "Every hub of schema 1 on this store must be off, for good: it would undo the upgrade, and give clients without allowed types eight of them.";

export const migrate: CommandDefinition = {
  name: "migrate",
  summary: "upgrade the store from schema 1 to 2 now",
  details: `${WARNING}

JSON and SQLite are upgraded with their first change anyway, after a backup; Redis, which others share, only by this command. Killed in between, it simply runs again.`,
  examples: ["hivemind-db migrate", "hivemind-db migrate --yes"],
  setUp(command) {
    command.option("--yes", "do not ask: no hub of schema 1 is running any more");
  },
  async run({ options, session, output, io }) {
    const { yes }: { yes?: boolean } = options;
    const report = await session.withDatabase({ create: false }, async (database) => {
      if (database.info().schema !== 1) return undefined;
      if (yes === true || (await isAgreed(io, output))) return database.migrate();
      throw new UsageError("nothing was changed");
    });
    if (output.json)
      await output.value({
        changed: report !== undefined,
        report: report === undefined ? null : jsonOf(report),
      });
    else tell(output, report);
    return EXIT.ok;
  },
};

async function isAgreed(io: Io, output: Output): Promise<boolean> {
  if (!canAsk(io, output)) throw new UsageError(`${WARNING} Say so with --yes`);
  output.say(WARNING);
  return confirm(io, "Are they all off?");
}

function jsonOf({ from, to, droppedMessageBlacklist, emptyAllowedTypes, backup }: MigrationReport) {
  return { from, to, droppedMessageBlacklist, emptyAllowedTypes, backup: backup ?? null };
}

function tell(output: Output, report: MigrationReport | undefined): void {
  if (report === undefined) {
    output.say("The store has schema 2 already.");
    return;
  }
  output.say(`Upgraded the store from schema ${report.from} to ${report.to}.`);
  if (report.backup !== undefined) output.say(`As it was, it is kept in ${report.backup}.`);
  for (const sentence of upgradeSentences(report)) output.say(sentence);
}
