import { createHash } from "node:crypto";

/**
 * A Lua script: one atomic step. It is sent by its hash, and as text where the server has not seen it yet.
 */
export interface Script {
  readonly text: string;
  readonly sha1: string;
  /** Changes something. Where the connection is lost, nobody knows whether it did. */
  readonly writes: boolean;
}

export function readScript(text: string): Script {
  return script(text, false);
}

export function writeScript(text: string): Script {
  return script(text, true);
}

function script(text: string, writes: boolean): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex"), writes };
}
