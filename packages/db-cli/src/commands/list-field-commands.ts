/** The commands that put one entry into a list of a client, or take it out: a row each. */
import { changeClient } from "../clients/change-client.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING } from "../clients/find-client.ts";
import { escapeText } from "../output/escape.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition } from "./definition.ts";

interface ListCommand {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly entry: { readonly argument: string; readonly meaning: string; readonly example: string };
  readonly field: "allowedTypes" | "skillBlacklist" | "intentBlacklist";
  readonly to: "in" | "out";
  readonly done: (entry: string) => string;
  readonly already: (entry: string) => string;
}

const TYPE = { argument: "<type>", meaning: "a message type", example: "recognizer_loop:utterance" };
const SKILL = { argument: "<skill>", meaning: "the id of a skill", example: "skill-camera.openvoiceos" };
const INTENT = { argument: "<intent>", meaning: "the id of an intent", example: "Camera.TakePictureIntent" };

const LISTS: readonly ListCommand[] = [
  {
    name: "allow-msg",
    summary: "let a client send messages of a type",
    details: "A client may send the types that are allowed and no others, admins included.",
    entry: TYPE,
    field: "allowedTypes",
    to: "in",
    done: (type) => `may send ${type} now`,
    already: (type) => `already may send ${type}`,
  },
  {
    name: "blacklist-msg",
    summary: "forbid a client to send messages of a type",
    details: "It takes the type from those that are allowed: what is not allowed is denied.",
    entry: TYPE,
    field: "allowedTypes",
    to: "out",
    done: (type) => `may not send ${type} any more`,
    already: (type) => `already may not send ${type}`,
  },
  ...blacklist("skill", SKILL, "skillBlacklist"),
  ...blacklist("intent", INTENT, "intentBlacklist"),
];

export const listFieldCommands: readonly CommandDefinition[] = LISTS.map(
  ({ name, summary, details, entry, field, to, done, already }) => ({
    name,
    summary,
    ...(details === undefined ? {} : { details }),
    examples: [`hivemind-db ${name} ${entry.example} 3`, `hivemind-db ${name} ${entry.example} kitchen`],
    setUp: (command) =>
      command.argument(entry.argument, entry.meaning).argument(CLIENT_ARGUMENT, CLIENT_MEANING),
    run: (invocation) => {
      const [value = "", client] = invocation.args;
      if (value.trim() === "") throw new UsageError(`${entry.meaning} is not empty`);
      const shown = escapeText(value);
      return changeClient(invocation, client, {
        change: (now) => {
          const list = now[field];
          if (list.includes(value) === (to === "in")) return undefined;
          return { [field]: to === "in" ? [...list, value] : list.filter((one) => one !== value) };
        },
        done: done(shown),
        already: already(shown),
      });
    },
  }),
);

function blacklist(
  what: string,
  entry: ListCommand["entry"],
  field: ListCommand["field"],
): readonly ListCommand[] {
  return [
    {
      name: `blacklist-${what}`,
      summary: `forbid a client to use one ${what}`,
      entry,
      field,
      to: "in",
      done: (id) => `may not use ${id} any more`,
      already: (id) => `already may not use ${id}`,
    },
    {
      name: `allow-${what}`,
      summary: `let a client use one ${what} again that was forbidden`,
      entry,
      field,
      to: "out",
      done: (id) => `may use ${id} now`,
      already: (id) => `already may use ${id}`,
    },
  ];
}
