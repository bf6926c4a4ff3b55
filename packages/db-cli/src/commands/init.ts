import { sameJson } from "@hivemind/db-core/backend";
import type { JsonObject, NodeConfig } from "@hivemind/db-core";
import { backendOptions } from "../arguments/backend-options.ts";
import { changeConfigFile } from "../config-file/config-file.ts";
import { setProperty } from "../config-file/set-property.ts";
import { EXIT } from "../exit-codes.ts";
import { askOptions } from "../init/questions.ts";
import { chooseBackend } from "../init/choose-backend.ts";
import type { BackendChoice } from "../init/backends.ts";
import { makeStore } from "../init/make-store.ts";
import { confirm, canAsk } from "../prompts/terminal.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition, Invocation } from "./definition.ts";

interface Options {
  readonly backend?: string;
  readonly option?: readonly string[];
  readonly yes?: true;
}

export const init: CommandDefinition = {
  name: "init",
  summary: "choose the backend: writes the database block of the config",
  details: `Asks which backend, and what that one needs: the name of the store, the server, where its password is. With --backend nothing is asked. Then it checks that its package is installed and that its store can be used, makes the store where there is none, and writes the "database" block of the config. Every other byte of the file stays, comments too; the file as it was is kept beside it.

A password in --option is seen by other users of this machine: give password_env or password_file instead.`,
  examples: [
    "hivemind-db init",
    "hivemind-db init --backend sqlite",
    "hivemind-db init --backend redis --option host=10.0.0.5 --option password_file=/run/secrets/redis",
  ],
  setUp(command) {
    command
      .option("--backend <name>", "json, sqlite, redis, or the package of another one")
      .option("--option <key=value...>", "an option of the backend; repeatable")
      .option("--yes", "do not ask: leave the clients that another backend keeps behind");
  },
  async run(invocation) {
    const { session, output } = invocation;
    const { backend, option = [], yes }: Options = invocation.options;
    const config = await session.configOrNew();
    const choice = await chooseBackend(backend, {
      ...invocation,
      session: session.with(config, config.database),
    });
    const given = backendOptions(option);
    // Nobody shall answer questions about a backend that is not installed.
    await session.with(config, { ...config.database, module: choice.module, blocks: {} }).backendName();
    // Whoever names the backend has said what they want.
    const asked =
      backend === undefined
        ? await askOptions(invocation.io, choice.name, { ...blockOf(config, choice).options, ...given })
        : {};
    const database = databaseWith(config, choice, { ...given, ...asked });
    const trial = session.with(config, database);
    const packageName = await trial.backendName();
    if (yes !== true && leavesOther(config, choice)) await askWhetherToLeave(invocation, config);
    const store = await makeStore(trial);
    const isSame = config.exists && sameDatabase(config.database, database);
    const backup = isSame ? undefined : await write(config, choice, database);
    if (output.json) {
      await output.value({
        changed: !isSame,
        path: config.path,
        backup: backup ?? null,
        module: choice.module,
        package: packageName,
        store: { ...store },
      });
    }
    output.say(
      isSame
        ? `${config.path} already names ${choice.module}.`
        : `${config.path} names ${choice.module} now.`,
    );
    if (backup !== undefined) output.say(`As it was, it is kept in ${backup}.`);
    output.say(`The store is ${store.location}. Next: hivemind-db add-client --name NAME`);
    return EXIT.ok;
  },
};

/** The blocks of other backends stay; that of the chosen one keeps the options that are not given anew. */
function databaseWith(
  config: NodeConfig,
  choice: BackendChoice,
  options: JsonObject,
): NodeConfig["database"] {
  const { database } = config;
  const block = blockOf(config, choice);
  const blocks = { ...database.blocks, [block.name]: { ...block.options, ...options } };
  return { ...database, module: choice.module, blocks };
}

/** The block of the config that this backend has, or would have. */
function blockOf(
  { database: { blocks } }: NodeConfig,
  { module, packageName }: BackendChoice,
): { readonly name: string; readonly options: JsonObject } {
  const name = [module, packageName].find((one) => Object.hasOwn(blocks, one)) ?? module;
  return { name, options: (blocks[name] ?? {}) as JsonObject };
}

function sameDatabase(one: NodeConfig["database"], other: NodeConfig["database"]): boolean {
  return one.module === other.module && sameJson(one.blocks as JsonObject, other.blocks as JsonObject);
}

async function write(
  config: NodeConfig,
  { module }: BackendChoice,
  database: NodeConfig["database"],
): Promise<string | undefined> {
  const changed = Object.entries(database.blocks as JsonObject).filter(
    ([name, block]) =>
      !Object.hasOwn(config.database.blocks, name) ||
      !sameJson(block, (config.database.blocks as JsonObject)[name] ?? null),
  );
  return changeConfigFile(config, {
    change: (text) =>
      changed.reduce(
        (after, [name, block]) => setProperty(after, ["database", name], block),
        setProperty(text, ["database", "module"], module),
      ),
    isRight: (after) =>
      sameDatabase(after.database, database) && sameJson(rest(after.document), rest(config.document)),
  });
}

function rest(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== "database"));
}

function leavesOther({ database }: NodeConfig, { name, module, packageName }: BackendChoice): boolean {
  return database.module !== undefined && ![name, module, packageName].includes(database.module);
}

async function askWhetherToLeave({ io, output }: Invocation, { database }: NodeConfig): Promise<void> {
  const warning = `The config names ${String(database.module)} now. Its clients stay where they are, and the node will not know them; hivemind-db migrate-db --switch would bring them along.`;
  if (!canAsk(io, output)) throw new UsageError(`${warning} Say so with --yes`);
  output.say(warning);
  if (!(await confirm(io, "Go on?"))) throw new UsageError("nothing was changed");
}
