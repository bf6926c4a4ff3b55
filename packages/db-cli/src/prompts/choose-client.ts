import { DbError } from "@hivemind/db-core";
import type { Client, ClientDatabase } from "@hivemind/db-core";
import type { Invocation } from "../commands/definition.ts";
import { escapeText } from "../output/escape.ts";
import { UsageError } from "../usage-error.ts";
import { canAsk, search } from "./terminal.ts";

/** A living client, from a list that typing narrows down. */
export async function chooseClient(
  database: ClientDatabase,
  { io, output }: Pick<Invocation, "io" | "output">,
): Promise<Client> {
  if (!canAsk(io, output)) {
    throw new UsageError("which client? Give its id or its name: see `hivemind-db list-clients`");
  }
  const clients = new Map<string, Client>();
  for await (const client of database.listClients()) {
    if (!client.revoked) clients.set(String(client.id), client);
  }
  if (clients.size === 0) throw new DbError("no-such-client", "there are no clients to choose from");
  const options = [...clients].map(([value, { name }]) => ({
    value,
    label: `${value}  ${escapeText(name)}`,
  }));
  const chosen = clients.get(await search(io, "Which client? Type to search", options));
  if (chosen === undefined) throw new TypeError("what was chosen is one of the options");
  return chosen;
}
