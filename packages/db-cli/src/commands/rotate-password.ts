import { randomCredential } from "@hivemind/db-core";
import { passwordFrom } from "../arguments/credentials.ts";
import type { PasswordOptions } from "../arguments/credentials.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import { rotate } from "../clients/rotate.ts";
import { ALLOW_WEAK, ALLOW_WEAK_MEANING, requireStrong } from "../passwords/require-strong.ts";
import type { WeakPasswordOption } from "../passwords/require-strong.ts";
import { askNewPassword } from "../prompts/new-password.ts";
import type { CommandDefinition } from "./definition.ts";

interface Options extends PasswordOptions, WeakPasswordOption {
  readonly ask?: true;
}

export const rotatePassword: CommandDefinition = {
  name: "rotate-password",
  summary: "give a client a new password, and show it once",
  details:
    "The old password stops working with the next handshake. One that is not given is made up, of 128 random bits; one that is given is not shown.",
  examples: [
    "hivemind-db rotate-password kitchen",
    "hivemind-db rotate-password 3 --ask",
    "hivemind-db rotate-password 3 --password-stdin < password.txt",
  ],
  setUp(command) {
    command
      .argument(CLIENT_ARGUMENT, CLIENT_MEANING)
      .option("--password <password>", "the new password")
      .option("--password-stdin", "read the new password from standard input")
      .option("--ask", "type the new password twice, without it being shown")
      .option(ALLOW_WEAK, ALLOW_WEAK_MEANING);
  },
  async run(invocation) {
    const { session, io, output } = invocation;
    const options: Options = invocation.options;
    const config = await session.config();
    const given =
      options.ask === true ? await askNewPassword(options, io, output) : await passwordFrom(options, io);
    return rotate(invocation, {
      what: "password",
      field: "password",
      value: async ({ name }) => {
        if (options.allowWeakPassword !== true) await requireStrong(given, config, [name]);
        return given ?? randomCredential();
      },
      isMadeUp: given === undefined,
    });
  },
};
