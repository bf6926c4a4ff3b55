/** A source as it is written. */
export interface SourceText {
  path: string;
  text: string;
}

const MOST = 200;
const REASON = /^ \* Over 200 lines: .+/m;

/** A file has one role, and few roles take so many lines: one that does says why, in the comment at its head. */
export function fileLengthProblems(sources: readonly SourceText[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    const head = /^\/\*\*.*?\*\//s.exec(text)?.[0] ?? "";
    if (lines <= MOST || REASON.test(head)) return [];
    return [
      `${path}: ${lines} lines. Split it by role, or say " * Over 200 lines: why" in its first comment`,
    ];
  });
}
