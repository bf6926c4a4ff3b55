/** The backends to choose from. */
import type { InstalledPlugin } from "@hivemind/db-core";
import { nearestName } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";

export interface BackendChoice {
  /** What to type. */
  readonly name: string;
  /** What the config says: for these three a name that a Python hub understands as well. */
  readonly module: string;
  /** The npm package. */
  readonly packageName: string;
  readonly summary: string;
}

const KNOWN: readonly BackendChoice[] = [
  {
    name: "json",
    module: "hivemind-json-db-plugin",
    packageName: "@hivemind/db-json",
    summary: "one readable file; for one node with up to some thousand clients",
  },
  {
    name: "sqlite",
    module: "hivemind-sqlite-db-plugin",
    packageName: "@hivemind/db-sqlite",
    summary: "one file, several processes on one machine, any number of clients",
  },
  {
    name: "redis",
    module: "hivemind-redis-db-plugin",
    packageName: "@hivemind/db-redis",
    summary: "a server; nodes on several machines share their clients",
  },
];

/** Ours, and those of others that are installed. */
export function backendChoices(installed: readonly InstalledPlugin[]): readonly BackendChoice[] {
  const others = installed.filter(({ name }) => KNOWN.every(({ packageName }) => packageName !== name));
  return [
    ...KNOWN,
    ...others.map(({ name }) => ({ name, module: name, packageName: name, summary: "a backend of others" })),
  ];
}

/** `json`, `sqlite` and `redis` are ours; any other name is taken as it is. */
export function moduleOf(name: string): string {
  return KNOWN.find((choice) => choice.name === name)?.module ?? name;
}

/** By any of its names. */
export function backendNamed(given: string, choices: readonly BackendChoice[]): BackendChoice {
  const found = choices.find((choice) => namesOf(choice).includes(given));
  if (found !== undefined) return found;
  const near = nearestName(given, choices.flatMap(namesOf));
  const names = choices.map(({ name }) => name).join(", ");
  throw new UsageError(
    near === undefined ? `--backend takes one of ${names}` : `no such backend\n(Did you mean ${near}?)`,
  );
}

function namesOf({ name, module, packageName }: BackendChoice): readonly string[] {
  return [name, module, packageName];
}
