import { createReadStream } from "node:fs";
import { DbError, systemError } from "@hivemind/db-core/backend";

/** A record is some hundred bytes. A file of other things can be one line of any length. */
const MAX_LINE = 64 * 1024 * 1024;

export interface Line {
  /** With its line feed. */
  readonly bytes: Buffer;
  /** From 1. */
  readonly number: number;
}

/** The lines of a file, as they come. The last one may lack its line feed. */
export async function* fileLines(path: string): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let length = 0;
  let number = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        number += 1;
        yield { bytes: Buffer.concat([...rest, chunk.subarray(start, end + 1)]), number };
        rest = [];
        length = 0;
        start = end + 1;
      }
      rest.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > MAX_LINE) throw new DbError("corrupt", `${path}, line ${number + 1} is too long`);
    }
  } catch (error) {
    throw systemError(error, "read", path);
  }
  if (length > 0) yield { bytes: Buffer.concat(rest), number: number + 1 };
}
