/**
 * JSON that comes back as it was. Python writes integers beyond 2^53, `1.0`, `-0.0` and `1e+22`; a plain
 * `JSON.parse` would change their text. Such a number is kept as an {@link ExactNumber}, everything else is
 * what `JSON.parse` makes of it.
 */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A number kept by its text: the value of `JSON.rawJSON(text)`, which `JSON.stringify` writes verbatim. */
export interface ExactNumber {
  readonly rawJSON: string;
}

/** Deeper values are refused, so that no walk over a stored value can exhaust the stack. */
const MAX_DEPTH = 256;

/** Not JSON, or too deep. It holds no piece of the text, unlike the error of `JSON.parse`: that can be a secret. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

// The standard's own way (ES proposal "JSON.parse source text access", in Node since 21); the types lag behind.
const native = JSON as unknown as {
  readonly rawJSON: (text: string) => ExactNumber;
  readonly isRawJSON: (value: unknown) => value is ExactNumber;
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown;
};

export const isExactNumber: (value: unknown) => value is ExactNumber = native.isRawJSON;

/** The number that this text spells in JSON, kept by the text. */
export function exactNumber(text: string): ExactNumber {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return native.rawJSON(text);
  throw new TypeError("not the text of a JSON number");
}

// Both may also match inside a string, which only costs the slower parse. They never miss a number.
const NUMBER = /(?<![^:,[\s])-?\d[\d.eE+-]*(?![^\s,\]}])/g;
/** More than a short integer: only such a number can have another text than JavaScript gives it. */
const UNUSUAL_NUMBER = /(?<![^:,[\s])(?:-?\d(?:\d{15}|\d*[.eE])|-0)/;

/** Parses text as JSON, exactly. Throws {@link JsonSyntaxError}. */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = (needsExactNumbers(text) ? native.parse(text, keepExact) : JSON.parse(text)) as Json;
  } catch {
    throw new JsonSyntaxError("not valid JSON");
  }
  return deepFreeze(value, 0);
}

/** A reviver for every record costs seven times a plain parse, so it runs only where a number needs it. */
function needsExactNumbers(text: string): boolean {
  if (!UNUSUAL_NUMBER.test(text)) return false;
  for (const [token] of text.matchAll(NUMBER)) if (String(Number(token)) !== token) return true;
  return false;
}

function keepExact(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  return String(value) === context.source ? value : exactNumber(context.source);
}

/**
 * U+2028, U+2029 and U+0085 are escaped: the Python hub's reader splits lines on them, and drops what looks
 * like a comment then.
 */
export function stringifyJson(value: Json, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replaceAll(/[\u0085\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function deepFreeze<T extends Json>(value: T, depth: number): T {
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  if (!isList && isExactNumber(value)) return value;
  if (depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH} levels`);
  const items: readonly Json[] = isList ? value : Object.values(value);
  for (const item of items) if (typeof item === "object") deepFreeze(item, depth + 1);
  return Object.freeze(value);
}

/**
 * Takes a value from outside as JSON: a frozen copy that shares nothing with it. `bigint` becomes an exact
 * number. Throws `TypeError` with the place of what no JSON can hold.
 */
export function toJson(value: unknown, place = "value", depth = 0): Json {
  if (depth > MAX_DEPTH)
    throw new TypeError(`${place.slice(0, 40)}... is nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      if (!value.isWellFormed()) throw new TypeError(`${place} is not well-formed Unicode (lone surrogate)`);
      return value;
    case "bigint":
      return exactNumber(String(value));
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which JSON cannot hold`);
      return Object.is(value, -0) ? exactNumber("-0.0") : value;
    case "object":
      if (value === null || isExactNumber(value)) return value;
      return Array.isArray(value) ? listToJson(value, place, depth) : objectToJson(value, place, depth);
    default:
      throw new TypeError(`${place} is a ${typeof value}, which JSON cannot hold`);
  }
}

function listToJson(value: readonly unknown[], place: string, depth: number): Json {
  const json: Json[] = [];
  // Also the holes of a sparse list: each of them is an `undefined`, which JSON cannot hold.
  for (let i = 0; i < value.length; i += 1) json.push(toJson(value[i], `${place}[${i}]`, depth + 1));
  return Object.freeze(json);
}

function objectToJson(value: object, place: string, depth: number): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(`${place} is not a plain object`);
  }
  const json: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (item === undefined) continue;
    if (!key.isWellFormed()) throw new TypeError(`a key of ${place} is not well-formed Unicode`);
    const itemJson = toJson(item, `${place}.${key}`, depth + 1);
    // Assigned, `__proto__` would be the prototype, and the names of a frozen Object.prototype are refused.
    if (key in json) Object.defineProperty(json, key, { value: itemJson, enumerable: true });
    else json[key] = itemJson;
  }
  return Object.freeze(json);
}

/** A JSON object, as opposed to every other JSON value. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

/** The numeric value of a JSON number, exact or not; `undefined` for everything else. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return isExactNumber(value) ? Number(value.rawJSON) : undefined;
}

/** Equal as JSON: the order of an object's keys does not count, the text of a number does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isExactNumber(a) || isExactNumber(b))
    return isExactNumber(a) && isExactNumber(b) && a.rawJSON === b.rawJSON;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, i) => sameJson(item, b[i] as Json));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
