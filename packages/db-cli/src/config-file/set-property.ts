/** One property of a JSON text set, and not one other byte of it changed. */
import { stripCommentLines } from "@hivemind/db-core/backend";
import { stringifyJson } from "@hivemind/db-core";
import type { Json } from "@hivemind/db-core";
import { parseTree } from "jsonc-parser";
import type { Node } from "jsonc-parser";

/** Of Python hubs. */
const INDENT = "    ";

/**
 * `text` is a JSON object, as a hub's config is: with comment lines. `path` names the property; objects on the
 * way to it that are not there are made. Of a key that stands there twice the last one counts, and is set.
 */
export function setProperty(text: string, path: readonly string[], value: Json): string {
  const [key = "", ...rest] = path;
  const root = parseTree(stripCommentLines(text));
  if (root?.type !== "object") throw new TypeError("the text is not a JSON object");
  return set(text, root, [key, ...rest], value);
}

function set(
  text: string,
  object: Node,
  [key, ...rest]: readonly [string, ...string[]],
  value: Json,
): string {
  const [next, ...others] = rest;
  const found = propertyOf(object, key);
  if (found?.type === "object" && next !== undefined) return set(text, found, [next, ...others], value);
  const inside = rest.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  if (found === undefined) return insert(text, object, key, inside);
  return splice(text, found.offset, found.length, valueText(text, inside, indentAt(text, found.offset)));
}

function propertyOf(object: Node, key: string): Node | undefined {
  const property = object.children?.findLast(({ children }) => children?.[0]?.value === key);
  return property?.children?.[1];
}

function insert(text: string, object: Node, key: string, value: Json): string {
  const last = object.children?.at(-1);
  const end = last === undefined ? object.offset + 1 : last.offset + last.length;
  const isOneLine = last !== undefined && !text.slice(object.offset, last.offset).includes("\n");
  const indent = last === undefined ? indentAt(text, object.offset) + INDENT : indentAt(text, last.offset);
  const property = `${JSON.stringify(key)}: ${valueText(text, value, indent)}`;
  if (isOneLine) return splice(text, end, 0, `, ${property}`);
  const line = lineBreak(text) + indent + property;
  if (last !== undefined) return splice(text, end, 0, `,${line}`);
  // An object with nothing in it, but perhaps with space and comments.
  const rest = text.slice(end, object.offset + object.length - 1);
  const close = rest.includes("\n") ? "" : lineBreak(text) + indentAt(text, object.offset);
  return splice(text, end, 0, line + close);
}

function valueText(text: string, value: Json, indent: string): string {
  return stringifyJson(value, INDENT.length).replaceAll("\n", lineBreak(text) + indent);
}

/** Of the line that this place is in. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function lineBreak(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function splice(text: string, offset: number, length: number, inserted: string): string {
  return text.slice(0, offset) + inserted + text.slice(offset + length);
}
