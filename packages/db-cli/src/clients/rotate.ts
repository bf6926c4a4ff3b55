/** What `rotate-key` and `rotate-password` share: a new credential for one client, shown once. */
import type { Client, JsonObject } from "@hivemind/db-core";
import type { Invocation } from "../commands/definition.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import { escapeText } from "../output/escape.ts";
import { findClient } from "./find-client.ts";
import { label } from "./label.ts";

export interface Rotation {
  /** For people. */
  readonly what: string;
  readonly field: "accessKey" | "password";
  /** The new credential of this client. */
  readonly value: (client: Client) => Promise<string>;
  /** Nobody knows it yet, so it is shown. */
  readonly isMadeUp: boolean;
}

export async function rotate(
  { session, args: [given], ...invocation }: Invocation,
  { what, field, value, isMadeUp }: Rotation,
): Promise<ExitCode> {
  const { output } = invocation;
  const { client, secret } = await session.withDatabase({ create: false }, async (database) => {
    const found = await findClient(database, given, invocation);
    const next = await value(found);
    return { client: await database.updateClient(found.id, { [field]: next }), secret: next };
  });
  try {
    if (output.json) await output.value(json(client, isMadeUp ? { [field]: secret } : null));
    else if (isMadeUp) {
      await output.table([
        ["id", String(client.id)],
        ["name", escapeText(client.name)],
        [what, escapeText(secret)],
      ]);
    }
  } catch (error) {
    output.remark(
      "credentials-not-shown",
      `The ${what} of ${label(client)} was changed, but could not be shown: hivemind-db show-client ${client.id} --show-secrets`,
      [client.id],
    );
    throw error;
  }
  output.say(
    `Changed the ${what} of ${label(client)}.${isMadeUp ? " It is not shown again unless you ask for it." : ""}`,
  );
  return EXIT.ok;
}

function json(client: Client, secrets: JsonObject | null): JsonObject {
  return { ...clientJson(client), secrets, changed: true };
}
