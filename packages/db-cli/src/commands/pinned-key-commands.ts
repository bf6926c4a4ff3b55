/** The public keys that are pinned for a client: the first one that it showed, or one that was set here. */
import type { JsonObject, PinnedKey } from "@hivemind/db-core";
import { readInput } from "../certificates/read-certificate.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING, findClient } from "../clients/find-client.ts";
import { capitalLabel } from "../clients/label.ts";
import { EXIT } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import { escapeText } from "../output/escape.ts";
import { formatTime } from "../output/time.ts";
import { UsageError } from "../usage-error.ts";
import type { Io } from "../io.ts";
import type { CommandDefinition } from "./definition.ts";

const KIND = ["<kind>", "what the key is for: noise-static, rsa, or a name of the node's own"] as const;

const pinnedKeys: CommandDefinition = {
  name: "pinned-keys",
  summary: "list the public keys that are pinned for a client",
  examples: ["hivemind-db pinned-keys kitchen"],
  setUp: (command) => command.argument(CLIENT_ARGUMENT, CLIENT_MEANING),
  async run({ args: [given], session, ...invocation }) {
    const { output } = invocation;
    const { client, keys } = await session.withDatabase({ create: false }, async (database) => {
      const found = await findClient(database, given, invocation);
      return { client: found, keys: [...(await database.pinnedKeys(found.id))] };
    });
    if (output.json) await output.value(keys.map(([kind, key]) => keyJson(kind, key)));
    else if (keys.length > 0) {
      const rows = keys.map(([kind, { fingerprint, pinnedAt }]) => [
        escapeText(kind),
        fingerprint,
        formatTime(pinnedAt),
      ]);
      const header = ["KIND", "FINGERPRINT (SHA-256)", "PINNED"];
      await output.table([header, ...rows], (index) => (index === 0 ? "bold" : undefined));
    }
    if (keys.length === 0) output.say(`${capitalLabel(client)} has no pinned key.`);
    return EXIT.ok;
  },
};

interface KeyOptions {
  readonly hex?: string;
  readonly file?: string;
}

const setPinnedKey: CommandDefinition = {
  name: "pin-key",
  summary: "pin a public key for a client, in place of the one that was",
  details:
    "The bytes must be those that the node compares: the raw key of Noise, or the file in the node's form.",
  examples: [
    "hivemind-db pin-key noise-static kitchen --hex 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    "hivemind-db pin-key rsa 3 --file kitchen.pub.der",
  ],
  setUp(command) {
    command
      .argument(...KIND)
      .argument(CLIENT_ARGUMENT, CLIENT_MEANING)
      .option("--hex <digits>", "the key in hex")
      .option("--file <file>", "the file of the key; - reads standard input");
  },
  async run({ args: [kind = "", given], options, session, ...invocation }) {
    const { output } = invocation;
    const key = await keyFrom(options, invocation.io);
    const { client, changed } = await session.withDatabase({ create: false }, async (database) => {
      const found = await findClient(database, given, invocation);
      const before = (await database.pinnedKeys(found.id)).get(kind);
      const isSame = before !== undefined && Buffer.from(before.publicKey).equals(key);
      if (!isSame) await database.setPinnedKey(found.id, kind, key);
      return { client: found, changed: !isSame };
    });
    if (output.json) await output.value({ ...clientJson(client), kind, changed });
    const verb = changed ? "has that key pinned now" : "already has that key pinned";
    output.say(`${capitalLabel(client)} ${verb} (${escapeText(kind)}).`);
    return EXIT.ok;
  },
};

const clearPinnedKey: CommandDefinition = {
  name: "clear-pinned-key",
  summary: "forget a pinned key: the next one that the client shows is pinned",
  examples: ["hivemind-db clear-pinned-key noise-static kitchen"],
  setUp: (command) => command.argument(...KIND).argument(CLIENT_ARGUMENT, CLIENT_MEANING),
  async run({ args: [kind = "", given], session, ...invocation }) {
    const { output } = invocation;
    const { client, changed } = await session.withDatabase({ create: false }, async (database) => {
      const found = await findClient(database, given, invocation);
      return { client: found, changed: await database.clearPinnedKey(found.id, kind) };
    });
    if (output.json) await output.value({ ...clientJson(client), kind, changed });
    const what = `pinned key (${escapeText(kind)})`;
    output.say(`${capitalLabel(client)} ${changed ? `has no ${what} any more` : `already has no ${what}`}.`);
    return EXIT.ok;
  },
};

export const pinnedKeyCommands: readonly CommandDefinition[] = [pinnedKeys, setPinnedKey, clearPinnedKey];

async function keyFrom({ hex, file }: KeyOptions, io: Io): Promise<Uint8Array> {
  if ((hex === undefined) === (file === undefined))
    throw new UsageError("give the key by --hex or by --file");
  if (file !== undefined) return readInput(file, io);
  const digits = (hex ?? "").replaceAll(/[:\s]/g, "");
  if (!/^(?:[\da-f]{2})+$/i.test(digits)) throw new UsageError("--hex takes an even number of hex digits");
  return Buffer.from(digits, "hex");
}

function keyJson(kind: string, { publicKey, fingerprint, pinnedAt }: PinnedKey): JsonObject {
  return { kind, publicKey: Buffer.from(publicKey).toString("hex"), fingerprint, pinnedAt };
}
