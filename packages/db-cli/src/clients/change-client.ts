/** What the commands share that change one field of one client. */
import type { Client, ClientChange } from "@hivemind/db-core";
import type { Invocation } from "../commands/definition.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import { findClient } from "./find-client.ts";
import { capitalLabel } from "./label.ts";

export interface Change {
  /** Of the client as it is at the moment of the write; `undefined` where it is so already. May run several times. */
  readonly change: (now: Client) => ClientChange | undefined;
  /** What follows "client 3 (kitchen)" in a sentence; a function where only the change itself can tell. */
  readonly done: string | (() => string);
  readonly already: string;
}

export interface Changed {
  readonly client: Client;
  readonly changed: boolean;
}

/** Changes the client, says what changed, and with `--json` shows it. A change that is so already is no error. */
export async function changeClient(
  invocation: Invocation,
  given: string | undefined,
  { change, done, already }: Change,
): Promise<ExitCode> {
  const { output } = invocation;
  const { client, changed } = await applyChange(invocation, given, change);
  if (output.json) await output.value({ ...clientJson(client), changed });
  const said = typeof done === "string" ? done : done();
  output.say(`${capitalLabel(client)} ${changed ? said : already}.`);
  return EXIT.ok;
}

export function applyChange(
  { session, ...invocation }: Invocation,
  given: string | undefined,
  change: Change["change"],
): Promise<Changed> {
  return session.withDatabase({ create: false }, async (database) => {
    const { id } = await findClient(database, given, invocation);
    let changed = false as boolean;
    const client = await database.updateClient(id, (now) => {
      const next = change(now);
      changed = next !== undefined;
      return next ?? {};
    });
    return { client, changed };
  });
}
