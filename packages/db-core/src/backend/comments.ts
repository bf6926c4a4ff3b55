// The start of the text or of a line, where "^" with the "m" flag would also match behind a U+2028 inside a string.
const COMMENT_LINE = /(^|[\r\n])([^\S\r\n]*(?:#|\/\/)[^\r\n]*)/g;

/**
 * Empties the lines whose first visible characters are `//` or `#`: Python hubs write and read such lines in
 * their JSON files. Every position stays what it was, so that an error can name one. JSON itself is never touched: it
 * has no line break inside a string, and outside of one no line of it begins like that.
 */
export function stripCommentLines(text: string): string {
  return text.replaceAll(COMMENT_LINE, (_, start: string, line: string) => start + " ".repeat(line.length));
}
