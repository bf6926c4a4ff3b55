/** Cuts the text of a JSON object into its members: see object-text.ts. */
import { stripCommentLines } from "@hivemind/db-core/backend";
import { ObjectText } from "./object-text.ts";
import type { Member } from "./object-text.ts";

/** Not the text of an object. Says where, never what stands there. */
export class ObjectTextError extends Error {
  override readonly name = "ObjectTextError";
}

/** Throws {@link ObjectTextError}. */
export function parseObjectText(text: string): ObjectText {
  return new Parser(text).parse();
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

class Parser {
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
