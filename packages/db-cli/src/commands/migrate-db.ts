import { readConfig } from "@hivemind/db-core";
import type { NodeConfig } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import {
  withConflictPolicy,
  withDryRun,
  withQuiet,
  withSkipUnreadable,
} from "../transfer/command-options.ts";
import type { ConflictOption, DryRunOption, SkipUnreadableOption } from "../transfer/command-options.ts";
import { longWork } from "../transfer/long-work.ts";
import { withModule, withStore } from "../transfer/open-store.ts";
import type { Store } from "../transfer/open-store.ts";
import { reportJson, reportSentences } from "../transfer/report.ts";
import type { Report } from "../transfer/report.ts";
import { storeSource } from "../transfer/store-source.ts";
import { transfer } from "../transfer/transfer.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition } from "./definition.ts";

interface Options extends ConflictOption, DryRunOption, SkipUnreadableOption {
  readonly from: string;
  readonly to: string;
  readonly toConfig?: string;
}

export const migrateDb: CommandDefinition = {
  name: "migrate-db",
  summary: "copy all clients to the store of another backend",
  details: `Ids, revoked clients, certificates and what the nodes remember come along; everything is compared field by field at the end. The source is only read. The options of both backends are those of their blocks in the config.

Stop the hubs first: what they write meanwhile could be missed. Stopped at any moment, the same command completes it. The config is not changed; the command says what to change.`,
  examples: [
    "hivemind-db migrate-db --from hivemind-json-db-plugin --to hivemind-redis-db-plugin",
    "hivemind-db migrate-db --to @hivemind/db-sqlite --dry-run",
  ],
  setUp(command) {
    command
      .option("--from <module>", "backend to copy from", "hivemind-json-db-plugin")
      .option("--to <module>", "backend to copy to", "hivemind-sqlite-db-plugin")
      .option("--to-config <file>", "take the options of the target from this config");
    for (const add of [withConflictPolicy, withDryRun, withSkipUnreadable, withQuiet]) add(command);
  },
  async run(invocation) {
    const { session, output } = invocation;
    const options = invocation.options as Options;
    const config = await session.config();
    const toConfig = options.toConfig === undefined ? config : await readNamed(options.toConfig);
    const onNotice = output.notice;
    const done = await longWork(invocation, (watcher) =>
      withStore(withModule(config, options.from), { create: false, onNotice }, (from) =>
        withStore(withModule(toConfig, options.to), { create: true, onNotice }, async (to) => {
          refuseSame(from, to);
          const report = await transfer(
            storeSource(from.backend, { withState: true }),
            to.backend,
            {
              onConflict: options.onConflict ?? "fail",
              skipUnreadable: options.skipUnreadable === true,
              dryRun: options.dryRun === true,
              adviceOnConflict: ADVICE,
            },
            watcher,
          );
          return { report, from: placeOf(from), to: placeOf(to) };
        }),
      ),
    );
    const isDryRun = options.dryRun === true;
    if (output.json) {
      const { from, to, report } = done;
      await output.value({ from, to, dryRun: isDryRun, ...reportJson(report) });
    } else tell(output, done, options, toConfig.path);
    return EXIT.ok;
  },
};

const ADVICE =
  "Change that in one of the stores, or choose with --on-conflict: skip leaves what is in the target as it is, replace gives it the source's record";

async function readNamed(path: string): Promise<NodeConfig> {
  const config = await readConfig(path);
  if (!config.exists) throw new UsageError(`there is no config file ${config.path}`);
  return config;
}

function refuseSame(from: Store, to: Store): void {
  const isSame = from.name === to.name && from.backend.info().location === to.backend.info().location;
  if (isSame)
    throw new UsageError(
      `--from and --to are the same store. Name another backend with --to, or other options with --to-config`,
    );
}

interface Place {
  readonly [key: string]: string;
  readonly backend: string;
  readonly location: string;
}

function placeOf({ name, backend }: Store): Place {
  return { backend: name, location: backend.info().location };
}

function tell(
  output: Output,
  { report, from, to }: { readonly report: Report; readonly from: Place; readonly to: Place },
  options: Options,
  configPath: string,
): void {
  output.say(`From ${from.location} to ${to.location}`);
  for (const sentence of reportSentences(report, options.dryRun === true)) output.say(sentence);
  if (options.dryRun === true) return;
  output.say("Compared field by field: all are in the target.");
  output.say(
    `To use it, set "module": ${JSON.stringify(options.to)} in the "database" block of ${configPath}`,
  );
}
