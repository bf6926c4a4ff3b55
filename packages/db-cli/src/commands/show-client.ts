import { parseId } from "../arguments/client-id.ts";
import { EXIT } from "../exit-codes.ts";
import { detailRows, secretRows } from "../output/client-details.ts";
import { clientJson, clientJsonWithSecrets } from "../output/client-json.ts";
import type { CommandDefinition } from "./definition.ts";
import { noSuchClient } from "./no-such-client.ts";
import { SHOW_SECRETS, SHOW_SECRETS_MEANING } from "./show-secrets.ts";
import type { ShowSecrets } from "./show-secrets.ts";

export const showClient: CommandDefinition = {
  name: "show-client",
  summary: "show everything about one client",
  examples: ["hivemind-db show-client 3", "hivemind-db show-client 3 --show-secrets"],
  setUp(command) {
    command.argument("<id>", "the client's id").option(SHOW_SECRETS, SHOW_SECRETS_MEANING);
  },
  async run({ args: [idText = ""], options, session, output }) {
    const id = parseId(idText);
    const { showSecrets }: ShowSecrets = options;
    await session.withDatabase({ create: false }, async (database) => {
      const client = await database.getClient(id);
      if (client === undefined) throw noSuchClient(id);
      const secrets = showSecrets === true ? await database.secrets(id) : undefined;
      if (output.json) {
        return output.value(
          showSecrets === true ? clientJsonWithSecrets(client, secrets) : clientJson(client),
        );
      }
      return output.table([...detailRows(client), ...secretRows(secrets)]);
    });
    return EXIT.ok;
  },
};
