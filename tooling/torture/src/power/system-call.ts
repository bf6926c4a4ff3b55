/** What strace wrote, as calls in the order in which they ended; but for `close`. */
export interface SystemCall {
  readonly name: string;
  readonly args: readonly Argument[];
  /** What it answered: a count, a descriptor; negative where it failed. */
  readonly result: number;
  /** How many calls had ended when this one began: what it flushes is what was there then. */
  readonly begunAfter: number;
}

/** A string (or the bytes of a buffer) is a Buffer, all else the text of it: `O_RDWR|O_CREAT`, `21`, `4096`. */
export type Argument = Buffer | string;

const LINE = /^(?<thread>\d+) +(?<rest>.*)$/;
/** What it frees another thread may have been given before this one hears of it: it counts from its beginning. */
const CLOSE = /^close\((?<descriptor>\d+)/;
const WHOLE = /^(?<name>\w+)\((?<args>.*)\) += (?<result>-?\d+)/s;

export function parseTrace(text: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { readonly text: string; readonly after: number }>();
  for (const line of text.split("\n")) {
    const { thread = "", rest = "" } = LINE.exec(line)?.groups ?? {};
    const open = / <unfinished \.\.\.>$/.exec(rest);
    if (open !== null) {
      const start = rest.slice(0, open.index);
      begun.set(thread, { text: start, after: calls.length });
      const closed = CLOSE.exec(start)?.groups?.["descriptor"];
      if (closed !== undefined)
        calls.push({ name: "close", args: [closed], result: 0, begunAfter: calls.length });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    const start = resumed === null ? { text: "", after: calls.length } : begun.get(thread);
    if (start === undefined) throw new Error(`strace ends a call that it never began: ${line.slice(0, 100)}`);
    const whole = WHOLE.exec(start.text + rest.slice(resumed?.[0].length ?? 0));
    // A signal, an exit, or a call that the end of the process cut off.
    if (whole?.groups === undefined) continue;
    const { name = "", args = "", result = "" } = whole.groups;
    if (name === "close" && resumed !== null) continue;
    calls.push({ name, args: parseArguments(args), result: Number(result), begunAfter: start.after });
  }
  return calls;
}

/** Strings are hex throughout (`-xx`), so that no comma or quote is inside one. */
function parseArguments(text: string): readonly Argument[] {
  return text.split(", ").map((argument) => {
    const string = /^"(?<hex>(?:\\x[0-9a-f]{2})*)"/.exec(argument)?.groups?.["hex"];
    if (string !== undefined) return Buffer.from(string.replaceAll("\\x", ""), "hex");
    // `21</path>`: the descriptor alone, since a path can change while it is open.
    return argument.replace(/<.*$/s, "");
  });
}
