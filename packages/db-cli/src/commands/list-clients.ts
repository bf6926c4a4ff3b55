import type { Client, ClientDatabase, JsonObject } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import { clientJson, clientJsonWithSecrets } from "../output/client-json.ts";
import { escapeText } from "../output/escape.ts";
import type { Output } from "../output/output.ts";
import type { Row } from "../output/table.ts";
import { formatTime } from "../output/time.ts";
import type { CommandDefinition } from "./definition.ts";
import { SHOW_SECRETS, SHOW_SECRETS_MEANING } from "./show-secrets.ts";
import type { ShowSecrets } from "./show-secrets.ts";

interface Options extends ShowSecrets {
  readonly all?: true;
}

export const listClients: CommandDefinition = {
  name: "list-clients",
  summary: "list the clients of the node",
  details: "With --json every record is listed, revoked ones too.",
  examples: [
    "hivemind-db list-clients --all",
    "hivemind-db list-clients --json | jq '.[] | select(.isAdmin) | .name'",
  ],
  setUp(command) {
    command.option("--all", "list revoked clients too").option(SHOW_SECRETS, SHOW_SECRETS_MEANING);
  },
  async run({ options, session, output }) {
    await session.withDatabase({ create: false }, (database) =>
      output.json ? output.array(jsonOf(database, options)) : showTable(database, options, output),
    );
    return EXIT.ok;
  },
};

async function* jsonOf(database: ClientDatabase, { showSecrets }: Options): AsyncGenerator<JsonObject> {
  for await (const client of database.listClients()) {
    yield showSecrets === true
      ? clientJsonWithSecrets(client, await database.secrets(client.id))
      : clientJson(client);
  }
}

async function showTable(
  database: ClientDatabase,
  { all, showSecrets }: Options,
  output: Output,
): Promise<void> {
  const rows: Row[] = [showSecrets === true ? [...HEADER, ...SECRETS_HEADER] : HEADER];
  const revoked = new Set<number>();
  let hidden = 0;
  for await (const client of database.listClients()) {
    if (client.revoked && all !== true) {
      hidden++;
      continue;
    }
    if (client.revoked) revoked.add(rows.length);
    rows.push([...cellsOf(client), ...(showSecrets === true ? await secretCells(database, client) : [])]);
  }
  if (rows.length > 1) {
    await output.table(rows, (row) => (row === 0 ? "bold" : revoked.has(row) ? "dim" : undefined));
  } else {
    output.say("No clients.");
  }
  if (hidden > 0) output.say(`${hidden} revoked: see them with --all.`);
}

const HEADER: Row = ["ID", "NAME", "LAST SEEN", "RIGHTS", "MAY SEND"];
const SECRETS_HEADER: Row = ["ACCESS KEY", "PASSWORD", "CRYPTO KEY"];

function cellsOf(client: Client): Row {
  if (client.revoked) return [String(client.id), "(revoked)", "", "", ""];
  return [
    String(client.id),
    escapeText(client.name),
    formatTime(client.lastSeen),
    rights(client),
    shorten(client.allowedTypes),
  ];
}

function rights(client: Client): string {
  const held = {
    admin: client.isAdmin,
    broadcast: client.canBroadcast,
    escalate: client.canEscalate,
    propagate: client.canPropagate,
  };
  const names = Object.entries(held).filter(([, isHeld]) => isHeld);
  return names.map(([name]) => name).join(" ");
}

/** More would make the table unreadable; `show-client` has them all. */
const TYPES_SHOWN = 2;

function shorten(types: readonly string[]): string {
  if (types.length === 0) return "nothing";
  const shown = types.slice(0, TYPES_SHOWN).map(escapeText).join(", ");
  return types.length > TYPES_SHOWN ? `${shown} and ${types.length - TYPES_SHOWN} more` : shown;
}

async function secretCells(database: ClientDatabase, { id }: Client): Promise<Row> {
  const secrets = await database.secrets(id);
  return [secrets?.accessKey ?? "", secrets?.password ?? "", secrets?.cryptoKey ?? ""].map(escapeText);
}
