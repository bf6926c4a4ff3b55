/** Where the credentials of a new client come from: the command line, a pipe, the environment. */
import { buffer } from "node:stream/consumers";
import type { ClientDraft } from "@hivemind/db-core";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

export interface CredentialOptions {
  readonly accessKey?: string;
  readonly password?: string;
  readonly passwordStdin?: true;
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
export async function readCredentials(options: CredentialOptions, { stdin, env }: Io): Promise<Credentials> {
  if (options.passwordStdin === true && options.password !== undefined) {
    throw new UsageError("--password and --password-stdin exclude each other");
  }
  const given = {
    accessKey: options.accessKey ?? variable(env, "accessKey"),
    password:
      options.passwordStdin === true
        ? await passwordFrom(stdin)
        : (options.password ?? variable(env, "password")),
    cryptoKey: options.cryptoKey ?? variable(env, "cryptoKey"),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function variable(env: NodeJS.ProcessEnv, name: keyof typeof CREDENTIAL_VARIABLES): string | undefined {
  return env[CREDENTIAL_VARIABLES[name]] || undefined;
}

async function passwordFrom(stdin: Io["stdin"]): Promise<string> {
  if (stdin.isTTY)
    throw new UsageError("--password-stdin reads a pipe or a file, not the keyboard, which would show it");
  const text = decode(await buffer(stdin)).replace(/\r?\n$/, "");
  if (text === "") throw new UsageError("--password-stdin got an empty password");
  if (/[\r\n]/.test(text)) throw new UsageError("--password-stdin takes one line, and got more");
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("--password-stdin must be UTF-8 text");
  }
}
