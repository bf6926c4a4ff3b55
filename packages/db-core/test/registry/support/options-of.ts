import { inspect } from "node:util";
import { assert, expect } from "vitest";
import type { BackendPlugin } from "../../../src/backend/contract.ts";
import { isDbError } from "../../../src/errors.ts";
import { resolvePlugin } from "../../../src/registry/index.ts";
import { givenPlugin } from "./given-plugin.ts";

export const NAME = "@example/db-log";
/** How an error names the block. */
export const WHERE = `database."${NAME}"`;
export const SECRET = "hunter2-hunter2";

/** What the plugin gets of this block. */
export async function optionsOf(block: unknown, plugin: BackendPlugin = givenPlugin(NAME)): Promise<unknown> {
  const config = { database: { module: NAME, [NAME]: block } };
  return (await resolvePlugin(config, { plugins: [plugin] })).options;
}

/** The message of the error, which holds no secret in any form. */
export async function refusal(block: unknown, plugin?: BackendPlugin): Promise<string> {
  const error: unknown = await optionsOf(block, plugin).catch((reason: unknown) => reason);
  assert(isDbError(error));
  expect(error).toMatchObject({ code: "invalid", backend: NAME });
  expect(inspect(error)).not.toContain(SECRET);
  return error.message;
}
