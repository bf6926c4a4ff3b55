/** Which client an operator means: by its id, by its name where only one has it, or by choosing. */
import { DbError, nearestName } from "@hivemind/db-core";
import type { Client, ClientDatabase } from "@hivemind/db-core";
import type { Invocation } from "../commands/definition.ts";
import { escapeText } from "../output/escape.ts";
import { chooseClient } from "../prompts/choose-client.ts";
import { UsageError } from "../usage-error.ts";

/** How the argument is shown in the help of a command. */
export const CLIENT_ARGUMENT = "[client]";
export const CLIENT_MEANING =
  "its id, or its name where only one client has it; left out: choose from a list";

/** How many names are compared for a suggestion. */
const MOST_COMPARED = 20_000;

/** A name is never repeated in an error: an access key in its place is easily done. */
export async function findClient(
  database: ClientDatabase,
  given: string | undefined,
  invocation: Pick<Invocation, "io" | "output">,
): Promise<Client> {
  if (given === undefined) return chooseClient(database, invocation);
  return /^\d+$/.test(given) ? byId(database, given) : byName(database, given);
}

async function byId(database: ClientDatabase, text: string): Promise<Client> {
  const id = Number(text);
  if (!Number.isSafeInteger(id)) throw new UsageError("a client's id is a whole number below 2^53");
  const client = await database.getClient(id);
  if (client !== undefined) return client;
  throw noSuchClient(`there is no client ${id}: see \`hivemind-db list-clients --all\``, [id]);
}

async function byName(database: ClientDatabase, name: string): Promise<Client> {
  const [client, ...others] = await database.findByName(name);
  if (client === undefined) throw await unknownName(database, name);
  if (others.length === 0) return client;
  const ids = [client, ...others].map(({ id }) => id);
  const message = `several clients have that name: say which one by its id, ${ids.join(" or ")}`;
  throw new DbError("ambiguous", message, { clientIds: ids });
}

async function unknownName(database: ClientDatabase, name: string): Promise<DbError> {
  const near = await nearestClient(database, name);
  if (near === undefined) return noSuchClient("no client has that name: see `hivemind-db list-clients`");
  return noSuchClient(`no client has that name\n(Did you mean ${escapeText(near.name)}, client ${near.id}?)`);
}

async function nearestClient(database: ClientDatabase, name: string): Promise<Client | undefined> {
  const byClientName = new Map<string, Client>();
  for await (const client of database.listClients()) {
    if (!client.revoked && client.name !== "") byClientName.set(client.name, client);
    if (byClientName.size === MOST_COMPARED) break;
  }
  const near = nearestName(name, [...byClientName.keys()]);
  return near === undefined ? undefined : byClientName.get(near);
}

function noSuchClient(message: string, clientIds: readonly number[] = []): DbError {
  return new DbError("no-such-client", message, { clientIds });
}
