/** The protocol of Redis (RESP2), read as it arrives. */

export type Frame = string | number | null | RespError | readonly Frame[];

/** A reply that says no. */
export class RespError extends Error {}

/** What no Redis says. */
export class NoRedis extends Error {
  constructor() {
    super("it answers as no Redis does");
  }
}

/** Nothing that we ask for is nested deeper. */
const DEEPEST = 8;
const LONGEST_LINE = 65_536;
/** A key is told by its name. One that is longer ends the connection, and then anything may have changed. */
const LONGEST_TEXT = 16 * 1024 * 1024;

export class RespReader {
  #rest: Buffer = Buffer.alloc(0);
  /** Lists that have begun. */
  readonly #open: { readonly items: Frame[]; readonly length: number }[] = [];

  /** Every reply that is whole by now. Throws `NoRedis`. */
  *read(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const lineEnd = this.#rest.indexOf("\r\n", at);
      if (lineEnd === -1) break;
      const line = this.#rest.toString("utf8", at + 1, lineEnd);
      let end = lineEnd + 2;
      let value: Frame;
      switch (String.fromCharCode(this.#rest[at] ?? 0)) {
        case "+":
          value = line;
          break;
        case "-":
          value = new RespError(line);
          break;
        case ":":
          value = whole(line);
          break;
        case "$": {
          const length = whole(line);
          value = null;
          if (length === -1) break;
          if (length < 0 || length > LONGEST_TEXT) throw new NoRedis();
          const start = end;
          end = start + length + 2;
          if (this.#rest.length < end) {
            this.#rest = this.#rest.subarray(at);
            return;
          }
          value = this.#rest.toString("utf8", start, start + length);
          break;
        }
        case "*": {
          const length = whole(line);
          value = length === -1 ? null : [];
          if (length === -1 || length === 0) break;
          if (length < 0) throw new NoRedis();
          if (this.#open.length === DEEPEST) throw new NoRedis();
          this.#open.push({ items: [], length });
          at = end;
          continue;
        }
        default:
          throw new NoRedis();
      }
      at = end;
      const frame = this.#put(value);
      if (frame !== undefined) yield frame.whole;
    }
    this.#rest = this.#rest.subarray(at);
    if (this.#rest.length > LONGEST_LINE) throw new NoRedis();
  }

  /** Into the list that is open; answers what is whole with it. */
  #put(value: Frame): { readonly whole: Frame } | undefined {
    let done = value;
    for (let list = this.#open.at(-1); list !== undefined; list = this.#open.at(-1)) {
      list.items.push(done);
      if (list.items.length < list.length) return undefined;
      this.#open.pop();
      done = list.items;
    }
    return { whole: done };
  }
}

export function encodeCommand(words: readonly (string | number)[]): string {
  const bulk = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join("")}`;
}

function whole(line: string): number {
  if (!/^-?\d{1,15}$/.test(line)) throw new NoRedis();
  return Number(line);
}
