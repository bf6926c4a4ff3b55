import type { Client } from "@hivemind/db-core";
import { parseId } from "../arguments/client-id.ts";
import { EXIT } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import { escapeText } from "../output/escape.ts";
import type { CommandDefinition } from "./definition.ts";
import { noSuchClient } from "./no-such-client.ts";

export const deleteClient: CommandDefinition = {
  name: "delete-client",
  summary: "revoke a client, for good",
  details: `Its credentials stop working and are erased. Its id stays taken, so that no other client gets it.

Where the store was upgraded from schema 1, the backup beside it (clients.json.schema-1.bak) still holds the credentials of that time, until you delete it.`,
  examples: ["hivemind-db delete-client 3"],
  setUp(command) {
    command.argument("<id>", "the client's id");
  },
  async run({ args: [idText = ""], session, output }) {
    const id = parseId(idText);
    const { before, after } = await session.withDatabase({ create: false }, async (database) => {
      const known = await database.getClient(id);
      if (known === undefined) throw noSuchClient(id);
      return { before: known, after: known.revoked ? known : await database.revokeClient(id) };
    });
    if (output.json) await output.value({ ...clientJson(after), changed: !before.revoked });
    output.say(
      before.revoked ? `Client ${id} was revoked already.` : `Revoked client ${id}${named(before)}.`,
    );
    return EXIT.ok;
  },
};

function named({ name }: Client): string {
  return name === "" ? "" : ` (${escapeText(name)})`;
}
