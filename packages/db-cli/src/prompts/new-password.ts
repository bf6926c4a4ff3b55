import type { PasswordOptions } from "../arguments/credentials.ts";
import type { Io } from "../io.ts";
import type { Output } from "../output/output.ts";
import { UsageError } from "../usage-error.ts";
import { askSecret, canAsk } from "./terminal.ts";

/** Typed twice, since nobody sees it. */
export async function askNewPassword(
  { password, passwordStdin }: PasswordOptions,
  io: Io,
  output: Pick<Output, "json">,
): Promise<string> {
  if (password !== undefined || passwordStdin === true) {
    throw new UsageError("--ask excludes --password and --password-stdin");
  }
  if (!canAsk(io, output)) throw new UsageError("--ask needs a terminal: use --password-stdin");
  const first = await askSecret(io, "New password");
  if (first === "") throw new UsageError("the password is empty");
  if (first !== (await askSecret(io, "The same again"))) throw new UsageError("the two passwords differ");
  return first;
}
