/**
 * The text of one JSON object, cut into its members and nothing deeper.
 *
 * The file is edited, not parsed and written anew: a record that nobody changes keeps every byte, also one
 * that is no valid JSON inside, and so do an operator's comments and layout.
 */

import { stripCommentLines } from "@hivemind/db-core/backend";

/** `before "key"between raw after`, joined by commas. */
interface Member {
  readonly before: string;
  readonly key: string;
  readonly keyText: string;
  readonly between: string;
  readonly raw: string;
  readonly after: string;
}

/** Not the text of an object. Says where, never what stands there. */
export class ObjectTextError extends Error {
  override readonly name = "ObjectTextError";
}

const NEW_BEFORE = "\n    ";

export class ObjectText {
  static readonly empty = new ObjectText("{", [], "", "}\n");

  readonly #open: string;
  readonly #members: readonly Member[];
  /** What stands between the braces of an object without members. */
  readonly #inner: string;
  readonly #close: string;
  readonly #last: ReadonlyMap<string, Member>;

  constructor(open: string, members: readonly Member[], inner: string, close: string) {
    this.#open = open;
    this.#members = members;
    this.#inner = inner;
    this.#close = close;
    // Of a key that occurs twice the last one counts, as in every JSON parser.
    this.#last = new Map(members.map((member) => [member.key, member]));
  }

  static parse(text: string): ObjectText {
    return new ObjectTextParser(text).parse();
  }

  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  /** Each key once, with the text of its value. */
  *values(): Iterable<readonly [key: string, raw: string]> {
    for (const [key, { raw }] of this.#last) yield [key, raw];
  }

  get(key: string): string | undefined {
    return this.#last.get(key)?.raw;
  }

  /** Keys that occur more than once. */
  duplicateKeys(): readonly string[] {
    const seen = new Set<string>();
    return this.#members.filter(({ key }) => seen.size === seen.add(key).size).map(({ key }) => key);
  }

  /**
   * The object with these values set, in place or at the end. Of a key that is set all earlier occurrences
   * go: one of them could still hold the secret that is being taken away.
   */
  with(values: ReadonlyMap<string, string>): ObjectText {
    const kept = this.#members.filter(
      (member) => !values.has(member.key) || this.#last.get(member.key) === member,
    );
    const members = kept.map((member) => {
      const raw = values.get(member.key);
      return raw === undefined ? member : { ...member, raw };
    });
    for (const [key, raw] of values) {
      if (!this.#last.has(key)) append(members, this.#inner, key, raw);
    }
    return new ObjectText(this.#open, members, this.#inner, this.#close);
  }

  toString(): string {
    if (this.#members.length === 0) return this.#open + this.#inner + this.#close;
    const parts = this.#members.map((m) => m.before + m.keyText + m.between + m.raw + m.after);
    return this.#open + parts.join(",") + this.#close;
  }
}

function append(members: Member[], inner: string, key: string, raw: string): void {
  const last = members.pop();
  if (last !== undefined) members.push({ ...last, after: "" });
  members.push({
    before: last === undefined ? inner.trimEnd() + NEW_BEFORE : NEW_BEFORE,
    key,
    keyText: JSON.stringify(key),
    between: ": ",
    raw,
    after: last === undefined || last.after === "" ? "\n" : last.after,
  });
}

// Character codes: comparing numbers reads a file several times as fast as comparing strings.
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Space, tab, line feed, carriage return. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

class ObjectTextParser {
  readonly #text: string;
  /** The text with its comments blanked out, so that positions are the same in both. */
  readonly #code: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#code = stripCommentLines(text);
  }

  parse(): ObjectText {
    this.#space();
    this.#expect("{");
    const open = this.#text.slice(0, this.#at);
    const members: Member[] = [];
    let start = this.#at;
    this.#space();
    if (this.#code[this.#at] === "}") return this.#end(open, members, this.#text.slice(start, this.#at));
    for (;;) {
      const member = this.#member(start);
      members.push(member);
      if (this.#code[this.#at] === "}") return this.#end(open, members, "");
      this.#expect(",");
      start = this.#at;
    }
  }

  #member(start: number): Member {
    this.#space();
    const keyStart = this.#at;
    this.#string();
    const keyEnd = this.#at;
    this.#space();
    this.#expect(":");
    this.#space();
    const valueStart = this.#at;
    this.#value();
    const valueEnd = this.#at;
    this.#space();
    const keyText = this.#code.slice(keyStart, keyEnd);
    return {
      before: this.#text.slice(start, keyStart),
      key: this.#parseKey(keyText),
      keyText,
      between: this.#text.slice(keyEnd, valueStart),
      raw: this.#text.slice(valueStart, valueEnd),
      after: this.#text.slice(valueEnd, this.#at),
    };
  }

  #parseKey(keyText: string): string {
    try {
      return JSON.parse(keyText) as string;
    } catch {
      throw this.#error("has a key that is no valid string");
    }
  }

  #end(open: string, members: readonly Member[], inner: string): ObjectText {
    const close = this.#at;
    this.#at += 1;
    this.#space();
    if (this.#at < this.#code.length) throw this.#error("goes on after its closing brace");
    return new ObjectText(open, members, inner, this.#text.slice(close));
  }

  #space(): void {
    while (isSpace(this.#code.charCodeAt(this.#at))) this.#at += 1;
  }

  #expect(character: string): void {
    if (this.#at >= this.#code.length) this.#tooShort();
    if (this.#code[this.#at] !== character)
      throw this.#error(`has something else where "${character}" should be`);
    this.#at += 1;
  }

  #string(): void {
    this.#expect('"');
    this.#at = endOfString(this.#code, this.#at) ?? this.#tooShort();
  }

  /** Goes by brackets and strings alone: whether a value is sound inside is for the record to tell. */
  #value(): void {
    const code = this.#code;
    let depth = 0;
    for (let at = this.#at; at < code.length; at += 1) {
      switch (code.charCodeAt(at)) {
        case QUOTE:
          at = (endOfString(code, at + 1) ?? this.#tooShort()) - 1;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          depth += 1;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          if (depth === 0) return this.#endValue(at);
          depth -= 1;
          break;
        case COMMA:
          if (depth === 0) return this.#endValue(at);
          break;
        default:
      }
    }
    return this.#tooShort();
  }

  /** White space behind a value belongs to the text after it. */
  #endValue(before: number): void {
    let end = before;
    while (end > this.#at && isSpace(this.#code.charCodeAt(end - 1))) end -= 1;
    if (end === this.#at) throw this.#error("has a key without a value");
    this.#at = end;
  }

  #tooShort(): never {
    this.#at = this.#code.length;
    throw this.#error("ends too early");
  }

  #error(what: string): ObjectTextError {
    const line = this.#code.slice(0, this.#at).split("\n").length;
    return new ObjectTextError(`${what} (line ${line})`);
  }
}

/** The position behind the closing quote of the string whose text begins at `from`. */
function endOfString(code: string, from: number): number | undefined {
  for (let quote = code.indexOf('"', from); quote !== -1; quote = code.indexOf('"', quote + 1)) {
    if (!isEscaped(code, quote)) return quote + 1;
  }
  return undefined;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}
