import { randomCredential } from "@hivemind/db-core";
import { accessKeyFrom } from "../arguments/credentials.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import { rotate } from "../clients/rotate.ts";
import type { CommandDefinition } from "./definition.ts";

export const rotateKey: CommandDefinition = {
  name: "rotate-key",
  summary: "give a client a new access key, and show it once",
  details: "The old key stops working at once. A key that is not given is made up, of 128 random bits.",
  examples: ["hivemind-db rotate-key kitchen", "hivemind-db rotate-key 3 --json | jq -r .secrets.accessKey"],
  setUp(command) {
    command.argument(CLIENT_ARGUMENT, CLIENT_MEANING).option("--access-key <key>", "the new access key");
  },
  run(invocation) {
    const given = accessKeyFrom(invocation.options, invocation.io);
    return rotate(invocation, {
      what: "access key",
      field: "accessKey",
      value: () => Promise.resolve(given ?? randomCredential()),
      isMadeUp: given === undefined,
    });
  },
};
