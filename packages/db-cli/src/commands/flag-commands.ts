/** The commands that grant or take one right: a row each. */
import type { ClientFields } from "@hivemind/db-core";
import { changeClient } from "../clients/change-client.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import type { CommandDefinition } from "./definition.ts";

interface FlagCommand {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly field: "isAdmin" | "canBroadcast" | "canEscalate" | "canPropagate";
  readonly value: boolean;
  readonly done: string;
  readonly already: string;
}

const ADMIN_DETAILS = "Policies see it. It does not let the client send types that are not allowed.";

const FLAGS: readonly FlagCommand[] = [
  {
    name: "make-admin",
    summary: "make a client an admin",
    details: ADMIN_DETAILS,
    field: "isAdmin",
    value: true,
    done: "is an admin now",
    already: "already is an admin",
  },
  {
    name: "revoke-admin",
    summary: "take the admin's rights from a client",
    details: ADMIN_DETAILS,
    field: "isAdmin",
    value: false,
    done: "is no admin any more",
    already: "already is no admin",
  },
  ...sendingRight("escalate", "canEscalate", "to the hub above"),
  ...sendingRight("propagate", "canPropagate", "to all hubs around"),
  ...sendingRight("broadcast", "canBroadcast", "to every client of the hub"),
];

export const flagCommands: readonly CommandDefinition[] = FLAGS.map(
  ({ name, summary, details, field, value, done, already }) => ({
    name,
    summary,
    ...(details === undefined ? {} : { details }),
    examples: [`hivemind-db ${name} 3`, `hivemind-db ${name} kitchen`],
    setUp: (command) => command.argument(CLIENT_ARGUMENT, CLIENT_MEANING),
    run: (invocation) =>
      changeClient(invocation, invocation.args[0], {
        change: (now) => (now[field] === value ? undefined : flag(field, value)),
        done,
        already,
      }),
  }),
);

function flag(field: FlagCommand["field"], value: boolean): Partial<ClientFields> {
  return { [field]: value };
}

function sendingRight(verb: string, field: FlagCommand["field"], where: string): readonly FlagCommand[] {
  return [
    {
      name: `allow-${verb}`,
      summary: `let a client ${verb}: send messages ${where}`,
      field,
      value: true,
      done: `may ${verb} now`,
      already: `already may ${verb}`,
    },
    {
      name: `blacklist-${verb}`,
      summary: `forbid a client to ${verb}`,
      field,
      value: false,
      done: `may not ${verb} any more`,
      already: `already may not ${verb}`,
    },
  ];
}
