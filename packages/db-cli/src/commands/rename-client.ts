import { applyChange } from "../clients/change-client.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import { EXIT } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import { escapeText } from "../output/escape.ts";
import type { CommandDefinition } from "./definition.ts";

export const renameClient: CommandDefinition = {
  name: "rename-client",
  summary: "give a client another name",
  examples: [
    "hivemind-db rename-client 3 --name 'kitchen tablet'",
    "hivemind-db rename-client kitchen --name bath",
  ],
  setUp(command) {
    command.argument(CLIENT_ARGUMENT, CLIENT_MEANING).requiredOption("--name <text>", "the new name");
  },
  async run(invocation) {
    const { name } = invocation.options as { readonly name: string };
    const { output } = invocation;
    const [given] = invocation.args;
    let before = "";
    const { client, changed } = await applyChange(invocation, given, (now) => {
      before = now.name;
      return now.name === name ? undefined : { name };
    });
    if (output.json) await output.value({ ...clientJson(client), changed });
    const [from, to] = [before, client.name].map(shown);
    output.say(
      changed
        ? `Client ${client.id} is named ${to} now (was ${from}).`
        : `Client ${client.id} already is named ${to}.`,
    );
    return EXIT.ok;
  },
};

function shown(name: string): string {
  return name === "" ? "nothing" : escapeText(name);
}
