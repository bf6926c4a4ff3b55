import { sameJson } from "@hivemind/db-core/backend";
import type { JsonObject } from "@hivemind/db-core";
import { metadataChange } from "../arguments/metadata-change.ts";
import { changeClient } from "../clients/change-client.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import { escapeText } from "../output/escape.ts";
import type { CommandDefinition } from "./definition.ts";

export const setMetadata: CommandDefinition = {
  name: "set-metadata",
  summary: "change what policies know about a client",
  details: `What is not named stays as it is. Numbers are kept digit for digit. A --value is JSON where it can be read as JSON, else a text: 12 is a number, '"12"' a text.`,
  examples: [
    "hivemind-db set-metadata 3 --key site_id --value kitchen",
    "hivemind-db set-metadata kitchen --unset site_id",
    `hivemind-db set-metadata 3 --metadata '{"site_id": "kitchen", "floor": 2}'`,
  ],
  setUp(command) {
    command
      .argument(CLIENT_ARGUMENT, CLIENT_MEANING)
      .option("--metadata <json>", "a JSON object: its keys are set")
      .option("--replace", "with --metadata: every other key is removed")
      .option("--key <text>", "the key to set")
      .option("--value <json or text>", "with --key: its value")
      .option("--unset <key...>", "a key to remove; repeatable");
  },
  run(invocation) {
    const next = metadataChange(invocation.options);
    let done = "";
    return changeClient(invocation, invocation.args[0], {
      change: ({ metadata }) => {
        const after = next(metadata);
        if (after === undefined) return undefined;
        done = changedKeys(metadata, after);
        return { metadata: after };
      },
      done: () => `has other metadata now: ${done}`,
      already: "already has that metadata",
    });
  },
};

/** Their names: what they hold can be a token. */
function changedKeys(before: JsonObject, after: JsonObject): string {
  const isSame = (key: string): boolean =>
    Object.hasOwn(before, key) && sameJson(before[key] ?? null, after[key] ?? null);
  const set = Object.keys(after).filter((key) => !isSame(key));
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const parts = [
    ...(set.length > 0 ? [`set ${set.map(escapeText).join(", ")}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.map(escapeText).join(", ")}`] : []),
  ];
  // Only their order is another one.
  return parts.length > 0 ? parts.join("; ") : "another order";
}
