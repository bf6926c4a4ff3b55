/** `database.seal`: the keys for secrets at rest. Beside `module`, since they are core's and no plugin's. */
import { DbError } from "../errors.ts";
import { Keyring } from "../sealing/keyring.ts";
import type { SealOptions } from "../sealing/keyring.ts";
import type { ConfigSource } from "./config-source.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { nearestName } from "./nearest-name.ts";
import { resolveSecrets } from "./option-secrets.ts";
import { isPlainObject, kindOf } from "./values.ts";

const LABEL = "database.seal";
const KEY_FORMS = ["key", "key_file", "keyFile", "key_env", "keyEnv"];

/** The keys, read from where the config says; `undefined` where it says nothing. Logs do not show them. */
export async function sealOptions({ database, folder }: ConfigSource): Promise<SealOptions | undefined> {
  const { seal } = database;
  if (seal === undefined || seal === null) return undefined;
  const { previous = [], ...own } = blockOf(seal, LABEL, [...KEY_FORMS, "previous"]);
  if (!Array.isArray(previous)) throw mistake(`${LABEL}.previous`, previous, "a list of keys");
  const options: SealOptions = {
    ...(await keyIn(own, LABEL, folder)),
    previous: await Promise.all(previous.map((one: unknown, i) => previousKey(one, i, folder))),
  };
  // What is wrong with a key is said now, and with its place in the config.
  void new Keyring(options, LABEL);
  return hideSecrets(options, () => ({ seal: "hidden" }));
}

async function previousKey(one: unknown, i: number, folder: string | undefined): Promise<string> {
  const label = `${LABEL}.previous[${i}]`;
  const { key } = await keyIn(blockOf(one, label, KEY_FORMS), label, folder);
  if (key === undefined) throw mistake(label, "nothing", "an object with key_file, key_env or key");
  return key;
}

async function keyIn(
  block: Block,
  label: string,
  folder: string | undefined,
): Promise<{ readonly key?: string }> {
  const { key } = await resolveSecrets(block, ["key"], { backend: undefined, label, folder });
  if (key === undefined) return {};
  if (typeof key !== "string") throw mistake(`${label}.key`, kindOf(key), "a text");
  return { key };
}

type Block = { readonly [option: string]: unknown };

/** Without nulls, which mean the default. No value is quoted: under a wrong name it can be a key all the same. */
function blockOf(value: unknown, label: string, known: readonly string[]): Block {
  if (!isPlainObject(value)) throw mistake(label, kindOf(value), "an object with key_file, key_env or key");
  const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  const unknown = given.find(([name]) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearestName(unknown[0], known);
    const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
    const documented = known.filter((name) => !/[FE]/.test(name)).join(", ");
    throw new DbError(
      "invalid",
      `${label}: there is an unknown option in it.${question} Options: ${documented}`,
    );
  }
  return Object.fromEntries(given);
}

function mistake(label: string, given: unknown, expected: string): DbError {
  const shown = typeof given === "string" ? given : kindOf(given);
  return new DbError("invalid", `${label}: given ${shown}; it must be ${expected}`);
}
