/** Reading traces of programs with several threads. */
import { expect, test } from "vitest";
import { parseTrace } from "../src/power/system-call.ts";

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16)}`).join("");

test("a descriptor that another thread gets before its close is told to have ended stays open", () => {
  const trace = [
    `10 close(21</old> <unfinished ...>`,
    `11 openat(AT_FDCWD, "${hex("/new")}", O_RDWR|O_CREAT) = 21</new>`,
    `10 <... close resumed>) = 0`,
    `11 fsync(21</new>) = 0`,
  ].join("\n");

  const calls = parseTrace(trace).map(({ name, args }) => [name, String(args[0])]);

  expect(calls).toEqual([
    ["close", "21"],
    ["openat", "AT_FDCWD"],
    ["fsync", "21"],
  ]);
});
