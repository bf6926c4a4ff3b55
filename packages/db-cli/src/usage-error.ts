/** The command was called wrongly. The message says what is right, and repeats no value: it could be a secret. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
