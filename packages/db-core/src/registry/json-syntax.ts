/**
 * Where JSON text breaks the grammar. `JSON.parse` says so in its message only, in words that differ between
 * releases of Node, and quotes the text around it, which can be a password.
 */

const SPACE = /[ \t\r\n]*/y;
const PUNCTUATION = "{}[],:";
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const STRING_PART = /[^"\\\p{Cc}]+|[\u007f-\u009f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/uy;

type Expected = "value" | "first item" | "key" | "first key" | "colon" | "comma or end";

/** The line, from 1, of the first error; `undefined` where the text is JSON. */
export function syntaxErrorLine(text: string): number | undefined {
  const offset = syntaxErrorOffset(text);
  return offset === undefined ? undefined : text.slice(0, offset).split(/\r\n|\r|\n/).length;
}

function syntaxErrorOffset(text: string): number | undefined {
  const closers: string[] = [];
  let expected: Expected = "value";
  let at = skip(SPACE, text, 0);
  for (; at < text.length; at = skip(SPACE, text, at)) {
    const end = tokenEnd(text, at);
    if (end === undefined) return at;
    const next = follow(expected, text.charAt(at), closers);
    if (next === undefined) return at;
    expected = next;
    at = end;
  }
  return closers.length === 0 && expected === "comma or end" ? undefined : text.length;
}

/** What may follow this token (known by its first character); `undefined` where the token itself may not be. */
function follow(expected: Expected, token: string, closers: string[]): Expected | undefined {
  const isFirst = expected === "first item" || expected === "first key";
  if ((isFirst || expected === "comma or end") && closers.length > 0 && token === closers.at(-1)) {
    closers.pop();
    return "comma or end";
  }
  switch (expected) {
    case "value":
    case "first item":
      return startValue(token, closers);
    case "key":
    case "first key":
      return token === '"' ? "colon" : undefined;
    case "colon":
      return token === ":" ? "value" : undefined;
    default:
      if (token !== "," || closers.length === 0) return undefined;
      return closers.at(-1) === "}" ? "key" : "value";
  }
}

function startValue(token: string, closers: string[]): Expected | undefined {
  if (token !== "{" && token !== "[") return PUNCTUATION.includes(token) ? undefined : "comma or end";
  closers.push(token === "{" ? "}" : "]");
  return token === "{" ? "first key" : "first item";
}

function tokenEnd(text: string, at: number): number | undefined {
  const first = text.charAt(at);
  if (PUNCTUATION.includes(first)) return at + 1;
  if (first !== '"') return match(LITERAL, text, at);
  let end = at + 1;
  for (let part = match(STRING_PART, text, end); part !== undefined; part = match(STRING_PART, text, end))
    end = part;
  return text.charAt(end) === '"' ? end + 1 : undefined;
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function skip(pattern: RegExp, text: string, at: number): number {
  return match(pattern, text, at) ?? at;
}
