import type { NodeConfig } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";
import { passwordBits } from "./password-bits.ts";

export const ALLOW_WEAK = "--allow-weak-password";
export const ALLOW_WEAK_MEANING = "take a password that is easier to guess than min_password_bits allows";

export interface WeakPasswordOption {
  readonly allowWeakPassword?: true;
}

/** Refuses a password of an operator's that can be guessed. The handshake is only as good as the password. */
export async function requireStrong(
  password: string | null | undefined,
  { minPasswordBits }: Pick<NodeConfig, "minPasswordBits">,
  related: readonly string[],
): Promise<void> {
  // An empty one is no password at all: the core refuses it.
  if (password === undefined || password === null || password === "") return;
  const bits = await passwordBits(password, related);
  if (bits >= minPasswordBits) return;
  throw new UsageError(
    `the password is too easy to guess: about ${Math.floor(bits)} bits, and min_password_bits asks for ${minPasswordBits}. ` +
      `Leave it out, and one is made up; or insist with ${ALLOW_WEAK}`,
  );
}
