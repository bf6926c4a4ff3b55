import { CLIENT_ARGUMENT, CLIENT_MEANING, findClient } from "../clients/find-client.ts";
import { label } from "../clients/label.ts";
import { EXIT } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import type { CommandDefinition } from "./definition.ts";

export const deleteClient: CommandDefinition = {
  name: "delete-client",
  summary: "revoke a client, for good",
  details: `Its credentials stop working and are erased. Its id stays taken, so that no other client gets it.

Where the store was upgraded from schema 1, the backup beside it (clients.json.schema-1.bak) still holds the credentials of that time, until you delete it.`,
  examples: ["hivemind-db delete-client 3", "hivemind-db delete-client kitchen"],
  setUp(command) {
    command.argument(CLIENT_ARGUMENT, CLIENT_MEANING);
  },
  async run({ args: [given], session, ...invocation }) {
    const { output } = invocation;
    const { before, after } = await session.withDatabase({ create: false }, async (database) => {
      const known = await findClient(database, given, invocation);
      return { before: known, after: known.revoked ? known : await database.revokeClient(known.id) };
    });
    if (output.json) await output.value({ ...clientJson(after), changed: !before.revoked });
    output.say(before.revoked ? `Client ${before.id} was revoked already.` : `Revoked ${label(before)}.`);
    return EXIT.ok;
  },
};
