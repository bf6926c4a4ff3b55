/** An error that nobody expected: where it happened, and not what it says. */

/** Set to 1, it lets the error's own message be shown. */
const DEBUG = "HIVEMIND_DB_DEBUG";

/**
 * Enough to report a bug of ours or of a plugin, and no values: the message, with which the stack begins, may
 * quote a record or a password.
 */
export function internalMessage(error: unknown, env: NodeJS.ProcessEnv): string {
  const what = error instanceof Error ? classOf(error) : `a thrown ${typeof error}`;
  if (env[DEBUG] === "1") return `internal error: ${error instanceof Error ? error.stack : String(error)}`;
  const lines = [
    `internal error: ${what}. Please report it, with these lines. ` +
      `${DEBUG}=1 in the environment adds its message, which can hold secrets: read it before you pass it on`,
    ...(error instanceof Error ? framesOf(error) : []),
  ];
  return lines.join("\n");
}

/** With the system's code, such as ENOSPC, where there is one. */
function classOf(error: Error): string {
  const name = error.constructor.name;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const shown = /^\w{1,50}$/.test(name) ? name : "Error";
  return /^[A-Z][A-Z\d_]{1,50}$/.test(code) ? `${shown} ${code}` : shown;
}

/** Places and functions. Only the last lines of the stack, since a message may have lines that look like these. */
function framesOf({ message, stack = "" }: Error): readonly string[] {
  const start = stack.indexOf(message);
  // A message that was changed later is not that of the stack, and where the stack's own ends is not known.
  if (start === -1) return [];
  const lines = stack.slice(start + message.length).split("\n");
  return lines.filter((line) => /^ {4}at .*(?:\d|\)|>)$/.test(line));
}
