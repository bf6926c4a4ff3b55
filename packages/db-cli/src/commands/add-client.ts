import type { ClientDraft } from "@hivemind/db-core";
import { parseBoolean } from "../arguments/boolean.ts";
import { CREDENTIAL_VARIABLES, readCredentials } from "../arguments/credentials.ts";
import type { CredentialOptions } from "../arguments/credentials.ts";
import { parseMetadata } from "../arguments/metadata.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { detailRows, secretRows } from "../output/client-details.ts";
import { clientJsonWithSecrets } from "../output/client-json.ts";
import { ALLOW_WEAK, ALLOW_WEAK_MEANING, requireStrong } from "../passwords/require-strong.ts";
import type { WeakPasswordOption } from "../passwords/require-strong.ts";
import type { Session } from "../session.ts";
import type { CommandDefinition } from "./definition.ts";

interface Options extends CredentialOptions, WeakPasswordOption {
  readonly name?: string;
  readonly admin?: boolean;
  readonly allow?: readonly string[];
  readonly metadata?: string;
}

export const addClient: CommandDefinition = {
  name: "add-client",
  summary: "add a client, and show its credentials once",
  details: `The name is HiveMind-Node-<id> unless --name gives one. An access key and a password that are not given are made up, of 128 random bits each; a crypto key is not. The store is created where there is none.

A password that is given must be hard to guess: min_password_bits in the config says how hard (40).

Other users of this machine can see a command line. Keep secrets out of it:
  --password-stdin, or the variables ${CREDENTIAL_VARIABLES.password},
  ${CREDENTIAL_VARIABLES.accessKey} and ${CREDENTIAL_VARIABLES.cryptoKey}.`,
  examples: [
    "hivemind-db add-client --name kitchen --allow recognizer_loop:utterance --allow speak",
    "hivemind-db add-client --name bridge --password-stdin --json < password.txt",
  ],
  setUp(command) {
    command
      .option("--name <text>", "name, for people")
      .option("--access-key <key>", "access key: what the client names itself with")
      .option("--password <password>", "password")
      .option("--password-stdin", "read the password from standard input")
      .option(ALLOW_WEAK, ALLOW_WEAK_MEANING)
      .option("--crypto-key <key>", "pre-shared key of older satellites, exactly 16 characters")
      .option("--admin <boolean>", "whether the client is an admin", parseBoolean)
      .option("--allow <type...>", "message types that it may send; repeatable")
      .option("--metadata <json>", "a JSON object for policies");
  },
  async run({ options, session, output, io }) {
    const draft = await draftOf(options, io);
    await refuseWeak(draft, options, session);
    const { client, secrets } = await session.withDatabase({ create: true }, (database) =>
      database.addClient(draft),
    );
    try {
      if (output.json) await output.value(clientJsonWithSecrets(client, secrets));
      else await output.table([...detailRows(client), ...secretRows(secrets)]);
    } catch (error) {
      // Whoever took this for a client that was not added would add another one.
      output.remark(
        "credentials-not-shown",
        `Client ${client.id} was added, but its credentials could not be shown: hivemind-db show-client ${client.id} --show-secrets`,
        [client.id],
      );
      throw error;
    }
    output.say(`Added client ${client.id}. Its credentials are not shown again unless you ask for them.`);
    if (client.allowedTypes.length === 0) output.say("It may send nothing: no type was given with --allow.");
    return EXIT.ok;
  },
};

async function refuseWeak(
  { password, name = "" }: ClientDraft,
  { allowWeakPassword }: WeakPasswordOption,
  session: Session,
): Promise<void> {
  if (allowWeakPassword !== true) await requireStrong(password, await session.config(), [name]);
}

async function draftOf(options: Options, io: Io): Promise<ClientDraft> {
  const { name, admin, allow, metadata } = options;
  return {
    ...(name === undefined ? {} : { name }),
    ...(admin === undefined ? {} : { isAdmin: admin }),
    ...(allow === undefined ? {} : { allowedTypes: allow }),
    ...(metadata === undefined ? {} : { metadata: parseMetadata(metadata) }),
    ...(await readCredentials(options, io)),
  };
}
