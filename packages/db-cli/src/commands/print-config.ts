import { maskConfig } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import type { CommandDefinition } from "./definition.ts";
import { SHOW_SECRETS } from "./show-secrets.ts";
import type { ShowSecrets } from "./show-secrets.ts";

export const printConfig: CommandDefinition = {
  name: "print-config",
  summary: "print the node's config, passwords masked",
  examples: ["hivemind-db print-config", "hivemind-db print-config --config /etc/hivemind-core/server.json"],
  setUp(command) {
    command.option(SHOW_SECRETS, "show passwords and keys");
  },
  async run({ options, session, output }) {
    const { path, exists, document } = await session.config();
    const { showSecrets }: ShowSecrets = options;
    const shown = showSecrets === true ? document : maskConfig(document, await session.secretOptions());
    output.say(exists ? `From ${path}:` : `There is no ${path}: every option has its default.`);
    await output.value(output.json ? { path, exists, config: shown } : shown);
    return EXIT.ok;
  },
};
