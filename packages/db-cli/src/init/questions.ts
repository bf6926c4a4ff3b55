/** What `init` asks on a terminal about a backend: where its store is, and how it is opened. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Json, JsonObject } from "@hivemind/db-core";
import { isFileName } from "@hivemind/db-core/backend";
import type { Io } from "../io.ts";
import { ask, confirm, select } from "../prompts/terminal.ts";

/** Answers the options to set. `now`: those of the block so far, which Enter alone leaves as they are. */
type Question = (io: Io, now: JsonObject) => Promise<JsonObject>;

const FILE_QUESTIONS: readonly Question[] = [
  textQuestion("name", "Name of the store", "clients", (name) =>
    isFileName(name) ? undefined : "A file name without a folder and without an ending, such as clients",
  ),
  secretQuestion("password", "Encrypt the store with a password?"),
];

const REDIS_QUESTIONS: readonly Question[] = [
  textQuestion("host", "Host of the Redis server", "127.0.0.1", (host) =>
    /^[^\s/@]+$/.test(host) ? undefined : "A host name or an address",
  ),
  portQuestion,
  flagQuestion("use_ssl", "Does the server speak TLS?"),
  textQuestion("username", "User name of the server's ACL", "default", () => undefined),
  secretQuestion("password", "Does the server ask for a password?"),
];

/** Places of a server that a question about its host would contradict. */
const OTHER_PLACES = ["url", "cluster_nodes", "sentinels"];

/** By the name of the backend; of those of others nobody knows what to ask. */
export async function askOptions(io: Io, backend: string, block: JsonObject): Promise<JsonObject> {
  const options: Record<string, Json> = {};
  for (const question of questionsFor(backend, block)) Object.assign(options, await question(io, block));
  return options;
}

function questionsFor(backend: string, block: JsonObject): readonly Question[] {
  if (backend === "json" || backend === "sqlite") return FILE_QUESTIONS;
  if (backend !== "redis" || OTHER_PLACES.some((name) => (block[name] ?? null) !== null)) return [];
  return REDIS_QUESTIONS;
}

function textQuestion(
  option: string,
  message: string,
  byDefault: string,
  wrong: (answer: string) => string | undefined,
): Question {
  return async (io, now) => {
    const initial = typeof now[option] === "string" ? now[option] : byDefault;
    const answer = await ask(io, message, { initial, wrong });
    return answer === initial ? {} : { [option]: answer };
  };
}

async function portQuestion(io: Io, now: JsonObject): Promise<JsonObject> {
  const initial = typeof now["port"] === "number" ? now["port"] : 6379;
  const port = Number(await ask(io, "Its port", { initial: String(initial), wrong: notPort }));
  return port === initial ? {} : { port };
}

function notPort(text: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return isPort ? undefined : "A port from 1 to 65535";
}

function flagQuestion(option: string, message: string): Question {
  return async (io, now) => {
    const initial = now[option] === true;
    const answer = await confirm(io, message, initial);
    return answer === initial ? {} : { [option]: answer };
  };
}

/** The secret itself is not asked for: a config that does not hold it can be shown and copied. */
function secretQuestion(option: string, message: string): Question {
  const [file, env] = [`${option}_file`, `${option}_env`];
  return async (io, now) => {
    const sources = [option, file, env].filter((name) => (now[name] ?? null) !== null);
    const choices = [
      ...(sources.length > 0 ? [{ value: "keep", label: "as the config says" }] : []),
      { value: "no", label: "no" },
      { value: "file", label: "yes, it is in a file" },
      { value: "env", label: "yes, it is in an environment variable" },
    ];
    const choice = await select(io, message, choices);
    if (choice === "keep") return {};
    // Null is "not set": one source at most may be left.
    const cleared = Object.fromEntries(sources.map((name) => [name, null]));
    if (choice === "no") return cleared;
    if (choice === "file") {
      const path = await ask(io, "Path of the file", { initial: "", wrong: notFile });
      return { ...cleared, [file]: resolve(path) };
    }
    const name = await ask(io, "Name of the variable, which node and hub must have too", {
      initial: "",
      wrong: (text) => notVariable(text, io),
    });
    return { ...cleared, [env]: name };
  };
}

function notFile(path: string): string | undefined {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile
    ? undefined
    : "There is no such file. Write the password into it first, readable for its owner alone";
}

function notVariable(name: string, { env }: Pick<Io, "env">): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return "A name such as HIVEMIND_REDIS_PASSWORD";
  return env[name] === undefined ? "It is not set here, so that the store could not be tried" : undefined;
}
