import { createHash } from "node:crypto";
import type { Shape } from "./reply-shape.ts";

/**
 * A Lua script: one atomic step. It is sent by its hash, and as text where the server has not seen it yet.
 */
export interface Script {
  readonly text: string;
  readonly sha1: string;
  /** Changes something. Where the connection is lost, nobody knows whether it did. */
  readonly writes: boolean;
  /** What it answers. */
  readonly shape: Shape;
}

export function readScript(text: string, shape: Shape): Script {
  return script(text, shape, false);
}

export function writeScript(text: string, shape: Shape): Script {
  return script(text, shape, true);
}

function script(text: string, shape: Shape, writes: boolean): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex"), writes, shape };
}
