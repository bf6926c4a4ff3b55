/** What a reply looks like. One that looks otherwise is not of the command that it comes in answer to. */
import { isPort } from "./address.ts";

export type Shape = (reply: unknown) => boolean;

const anything: Shape = () => true;
export const text: Shape = (reply) => typeof reply === "string";
export const integer: Shape = (reply) => typeof reply === "number";
/** Of a server; 0 where it takes no connections of this kind, TLS or none. */
const port: Shape = (reply) => reply === 0 || isPort(reply);
export const nothing: Shape = (reply) => reply === null;
const bytes: Shape = (reply) => Buffer.isBuffer(reply);
/** The driver makes an object of what HGETALL answers. */
const fields: Shape = (reply) => typeof reply === "object" && reply !== null;
export const isSome: Shape = (reply) => reply !== null && reply !== undefined;

export function either(...shapes: readonly Shape[]): Shape {
  return (reply) => shapes.some((shape) => shape(reply));
}

export function listOf(...items: readonly Shape[]): Shape {
  // One after the other, and from the first one again.
  return (reply) =>
    Array.isArray(reply) &&
    reply.length % items.length === 0 &&
    reply.every((item, i) => items[i % items.length]?.(item));
}

/** These first; there may be more. */
export function startsWith(...items: readonly Shape[]): Shape {
  return (reply) => Array.isArray(reply) && items.every((shape, i) => shape(reply[i]));
}

export const textOrNothing = either(text, nothing);
const page = startsWith(text, listOf(text));

/** What a write says: a word, and what belongs to it. */
const OUTCOMES: Readonly<Record<string, Shape>> = {
  ok: listOf(text),
  missing: anything,
  schema: startsWith(text),
  changed: listOf(text, text, integer),
  made: startsWith(text),
  ids: startsWith(text),
  scan: startsWith(text),
  taken: startsWith(text, text),
  clash: listOf(integer, text, text),
  alone: anything,
  done: (reply) => startsWith(text, listOf(outcome))(reply),
};
export const outcome: Shape = (reply: unknown): boolean => {
  if (!Array.isArray(reply)) return false;
  const [word, ...rest] = reply as readonly unknown[];
  return typeof word === "string" && Object.hasOwn(OUTCOMES, word) && OUTCOMES[word]?.(rest) === true;
};

/** Of the commands that we send outside of scripts; the shape of a script's reply stands with the script. */
const COMMANDS: Readonly<Record<string, Shape>> = {
  cluster: listOf(startsWith(integer, integer, startsWith(textOrNothing, port))),
  config: listOf(text),
  exists: integer,
  get: either(textOrNothing, bytes),
  hello: startsWith(),
  hget: textOrNothing,
  hgetall: fields,
  hscan: page,
  info: text,
  scan: page,
  sentinel: listOf(text),
  sismember: integer,
  smembers: listOf(text),
  sscan: page,
  ttl: integer,
  wait: integer,
};

export function shapeOf(command: string): Shape {
  return COMMANDS[command] ?? anything;
}
