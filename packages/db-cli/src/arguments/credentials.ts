/** Where the credentials of a new client come from: the command line, a pipe, the environment. */
import { buffer } from "node:stream/consumers";
import type { ClientDraft } from "@hivemind/db-core";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

export interface PasswordOptions {
  readonly password?: string;
  readonly passwordStdin?: true;
}

interface AccessKeyOption {
  readonly accessKey?: string;
}

export interface CredentialOptions extends PasswordOptions, AccessKeyOption {
  readonly cryptoKey?: string;
}

/** Not `HIVEMIND_DB_...`: these belong to one client, not to the store, which can have a password of its own. */
export const CREDENTIAL_VARIABLES = {
  accessKey: "HIVEMIND_CLIENT_ACCESS_KEY",
  password: "HIVEMIND_CLIENT_PASSWORD",
  cryptoKey: "HIVEMIND_CLIENT_CRYPTO_KEY",
} as const;

type Credentials = Pick<ClientDraft, "accessKey" | "password" | "cryptoKey">;

/** The credentials that were given; the core makes up the others. An empty variable counts as not set. */
export async function readCredentials(options: CredentialOptions, io: Io): Promise<Credentials> {
  const given = {
    accessKey: accessKeyFrom(options, io),
    password: await passwordFrom(options, io),
    cryptoKey: options.cryptoKey ?? variable(io.env, "cryptoKey"),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function accessKeyFrom({ accessKey }: AccessKeyOption, { env }: Pick<Io, "env">): string | undefined {
  return accessKey ?? variable(env, "accessKey");
}

export async function passwordFrom(
  { password, passwordStdin }: PasswordOptions,
  { stdin, env }: Pick<Io, "stdin" | "env">,
): Promise<string | undefined> {
  if (passwordStdin !== true) return password ?? variable(env, "password");
  if (password !== undefined) throw new UsageError("--password and --password-stdin exclude each other");
  return lineFrom(stdin, "--password-stdin", "password");
}

function variable(env: NodeJS.ProcessEnv, name: keyof typeof CREDENTIAL_VARIABLES): string | undefined {
  return env[CREDENTIAL_VARIABLES[name]] || undefined;
}

/** The one line that is piped in; `option` asked for it. */
export async function lineFrom(stdin: Io["stdin"], option: string, what: string): Promise<string> {
  if (stdin.isTTY)
    throw new UsageError(`${option} reads a pipe or a file, not the keyboard, which would show it`);
  const text = decode(await buffer(stdin), option).replace(/\r?\n$/, "");
  if (text === "") throw new UsageError(`${option} got an empty ${what}`);
  if (/[\r\n]/.test(text)) throw new UsageError(`${option} takes one line, and got more`);
  return text;
}

function decode(bytes: Uint8Array, option: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${option} must be UTF-8 text`);
  }
}
