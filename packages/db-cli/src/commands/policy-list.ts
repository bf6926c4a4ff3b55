import { isExactNumber, maskConfig } from "@hivemind/db-core";
import type { Json, JsonObject } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import type { CommandDefinition } from "./definition.ts";

export const policyList: CommandDefinition = {
  name: "policy list",
  summary: "show which policies the config names",
  details:
    "What a client may do by its record is always checked. A hub can load policies besides, which can deny more: they are named in the config, and this command cannot ask them.",
  examples: ["hivemind-db policy list"],
  async run({ session, output }) {
    const { document, path } = await session.config();
    const block = objectOf(maskConfig(document)["policy"]);
    if (output.json) await output.value({ path, policy: block ?? null });
    else if (block === undefined)
      output.say(`${path} names no policy: what the clients' records say is all.`);
    else await output.value(block);
    return EXIT.ok;
  },
};

function objectOf(value: Json | undefined): JsonObject | undefined {
  const isObject =
    typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
  return isObject ? (value as JsonObject) : undefined;
}
