import { readConfig } from "@hivemind/db-core";
import type { NodeConfig } from "@hivemind/db-core";
import { changeConfigFile } from "../config-file/config-file.ts";
import { setProperty } from "../config-file/set-property.ts";
import { moduleOf } from "../init/backends.ts";
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
  readonly switch?: true;
}

export const migrateDb: CommandDefinition = {
  name: "migrate-db",
  summary: "copy all clients to the store of another backend",
  details: `Ids, revoked clients, certificates and what the nodes remember come along; everything is compared field by field at the end. The source is only read. The options of both backends are those of their blocks in the config.

Stop the hubs first: what they write meanwhile could be missed. Stopped at any moment, the same command completes it. The config is not changed, but with --switch.`,
  examples: [
    "hivemind-db migrate-db --from hivemind-json-db-plugin --to hivemind-redis-db-plugin",
    "hivemind-db migrate-db --to sqlite --dry-run",
  ],
  setUp(command) {
    command
      .option(
        "--from <backend>",
        "backend to copy from: json, sqlite, redis or a module",
        moduleOf,
        moduleOf("json"),
      )
      .option("--to <backend>", "backend to copy to", moduleOf, moduleOf("sqlite"))
      .option("--to-config <file>", "take the options of the target from this config")
      .option("--switch", "make the config name the target, once everything is in it");
    for (const add of [withConflictPolicy, withDryRun, withSkipUnreadable, withQuiet]) add(command);
  },
  async run(invocation) {
    const { session, output } = invocation;
    const options = invocation.options as Options;
    const config = await session.config();
    if (options.switch === true && (options.toConfig !== undefined || options.dryRun === true))
      throw new UsageError("--switch goes with neither --to-config nor --dry-run");
    const toConfig = options.toConfig === undefined ? config : await readNamed(options.toConfig);
    const onNotice = output.notice;
    const done = await longWork(invocation, (watcher) =>
      withStore(withModule(config, options.from), { create: false, onNotice }, (from) =>
        withStore(withModule(toConfig, options.to), { create: true, onNotice }, async (to) => {
          refuseSame(from, to);
          const report = await transfer(
            storeSource(from.backend),
            to,
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
    const switched = options.switch === true ? await switchTo(config, options.to) : null;
    if (output.json) {
      const { from, to, report } = done;
      await output.value({ from, to, dryRun: isDryRun, switched, ...reportJson(report) });
    } else tell(output, done, options, toConfig.path);
    if (switched !== null) output.say(`${switched.path} names ${options.to} now.`);
    return EXIT.ok;
  },
};

const ADVICE =
  "Change that in one of the stores, or choose with --on-conflict: skip leaves what is in the target as it is, replace gives it the source's record";

/** Answers where the config as it was is kept. */
async function switchTo(
  config: NodeConfig,
  module: string,
): Promise<{ path: string; backup: string | null }> {
  const backup = await changeConfigFile(config, {
    change: (text) => setProperty(text, ["database", "module"], module),
    isRight: ({ database }) => database.module === module,
  });
  return { path: config.path, backup: backup ?? null };
}

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
