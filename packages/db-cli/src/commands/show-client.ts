import { CLIENT_ARGUMENT, CLIENT_MEANING, findClient } from "../clients/find-client.ts";
import { EXIT } from "../exit-codes.ts";
import { detailRows, secretRows } from "../output/client-details.ts";
import { clientJson, clientJsonWithSecrets } from "../output/client-json.ts";
import type { CommandDefinition } from "./definition.ts";
import { SHOW_SECRETS, SHOW_SECRETS_MEANING } from "./show-secrets.ts";
import type { ShowSecrets } from "./show-secrets.ts";

export const showClient: CommandDefinition = {
  name: "show-client",
  summary: "show everything about one client",
  examples: ["hivemind-db show-client kitchen", "hivemind-db show-client 3 --show-secrets"],
  setUp(command) {
    command.argument(CLIENT_ARGUMENT, CLIENT_MEANING).option(SHOW_SECRETS, SHOW_SECRETS_MEANING);
  },
  async run({ args: [given], options, session, ...invocation }) {
    const { output } = invocation;
    const { showSecrets }: ShowSecrets = options;
    await session.withDatabase({ create: false }, async (database) => {
      const client = await findClient(database, given, invocation);
      const secrets = showSecrets === true ? await database.secrets(client.id) : undefined;
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
