/** The items of a JSON array in a file, one after the other, without holding the file in memory. */
import { createReadStream } from "node:fs";
import { DbError, systemError } from "@hivemind/db-core/backend";

export interface JsonItem {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** More than any client has; a file that is no such array must not fill the memory. */
const MAX_ITEM = 16 * 1024 * 1024;

/** Cuts at the commas of the outermost array. Whether an item is JSON is for who parses it. */
export async function* jsonItems(path: string): AsyncGenerator<JsonItem> {
  const cutter = new Cutter(path);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>)
      yield* cutter.take(decode(path, () => decoder.decode(chunk, { stream: true })));
  } catch (error) {
    throw systemError(error, "read", path);
  }
  yield* cutter.take(decode(path, () => decoder.decode()));
  cutter.end();
}

function decode(path: string, run: () => string): string {
  try {
    return run();
  } catch {
    throw new DbError("invalid", `${path} is not UTF-8 text`);
  }
}

class Cutter {
  readonly #path: string;
  #depth = 0;
  #isDone = false;
  #isInString = false;
  #isEscaped = false;
  #line = 1;
  #item = "";
  #itemLine = 1;

  constructor(path: string) {
    this.#path = path;
  }

  *take(text: string): Generator<JsonItem> {
    let start = 0;
    for (let i = 0; i < text.length; i += 1) {
      const character = text.charAt(i);
      if (character === "\n") this.#line += 1;
      if (this.#depth === 0) this.#outside(character);
      if (this.#isInString) this.#string(character);
      else if (character === '"') this.#isInString = true;
      else if (character === "[" || character === "{") {
        this.#depth += 1;
        if (this.#depth === 1) start = this.#begin(i + 1);
      } else if (character === "]" || character === "}") {
        this.#depth -= 1;
        if (this.#depth === 0) yield* this.#cut(text.slice(start, i), true);
      } else if (character === "," && this.#depth === 1) {
        yield* this.#cut(text.slice(start, i), false);
        start = this.#begin(i + 1);
      }
    }
    if (this.#depth === 0) return;
    this.#item += text.slice(start);
    if (this.#item.length > MAX_ITEM) throw this.#wrong("is too long for a client");
  }

  end(): void {
    if (!this.#isDone) throw this.#wrong("the array does not end");
  }

  #outside(character: string): void {
    if (/\s/.test(character) || (character === "[" && !this.#isDone)) return;
    throw this.#wrong(this.#isDone ? "something follows the end of the array" : "this is no JSON array");
  }

  #string(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#isInString = false;
  }

  #begin(at: number): number {
    this.#item = "";
    this.#itemLine = this.#line;
    return at;
  }

  *#cut(rest: string, isLast: boolean): Generator<JsonItem> {
    const whole = this.#item + rest;
    const text = whole.trim();
    this.#isDone = isLast;
    // An array without items has nothing between its brackets.
    if (text === "" && isLast) return;
    const lead = whole.slice(0, whole.indexOf(text.charAt(0)));
    yield { text, line: this.#itemLine + lead.split("\n").length - 1 };
  }

  #wrong(why: string): DbError {
    return new DbError("invalid", `${this.#path}, line ${this.#line}: ${why}`);
  }
}
