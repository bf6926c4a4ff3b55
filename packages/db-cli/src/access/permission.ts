/** What `check-access` is asked about. */
import type { Permission } from "@hivemind/db-core";
import { escapeText } from "../output/escape.ts";
import { UsageError } from "../usage-error.ts";

export interface PermissionOptions {
  readonly escalate?: true;
  readonly propagate?: true;
  readonly broadcast?: true;
  readonly skill?: string;
  readonly intent?: string;
}

export const PERMISSION_OPTIONS = [
  ["--escalate", "may it send to the hub above?"],
  ["--propagate", "may it send to all hubs around?"],
  ["--broadcast", "may it send to every client of the hub?"],
  ["--skill <id>", "may it use this skill?"],
  ["--intent <id>", "may it use this intent?"],
] as const;

/** `undefined`: who it is, and no more. */
export function askedPermission(
  messageType: string | undefined,
  { escalate, propagate, broadcast, skill, intent }: PermissionOptions,
): Permission | undefined {
  const asked: readonly (Permission | undefined)[] = [
    messageType === undefined ? undefined : { do: "send", messageType },
    escalate === true ? { do: "escalate" } : undefined,
    propagate === true ? { do: "propagate" } : undefined,
    broadcast === true ? { do: "broadcast" } : undefined,
    skill === undefined ? undefined : { do: "use-skill", skillId: skill },
    intent === undefined ? undefined : { do: "use-intent", intentId: intent },
  ];
  const [permission, ...others] = asked.filter((one) => one !== undefined);
  if (others.length > 0) throw new UsageError("one question at a time: a type, or one of the options");
  return permission;
}

/** "send speak", for a sentence. */
export function permissionText(permission: Permission): string {
  switch (permission.do) {
    case "send":
      return `send ${escapeText(permission.messageType)}`;
    case "use-skill":
      return `use the skill ${escapeText(permission.skillId)}`;
    case "use-intent":
      return `use the intent ${escapeText(permission.intentId)}`;
    default:
      return permission.do;
  }
}

/** The command that would allow it; `undefined` where the words in it would not survive a shell. */
export function allowCommand(permission: Permission, id: number): string | undefined {
  const command = {
    send: "allow-msg",
    "use-skill": "allow-skill",
    "use-intent": "allow-intent",
    escalate: "allow-escalate",
    propagate: "allow-propagate",
    broadcast: "allow-broadcast",
  }[permission.do];
  const value = wordOf(permission);
  if (value === undefined) return `hivemind-db ${command} ${id}`;
  return /^[\w.:@/-]+$/.test(value) && !value.startsWith("-")
    ? `hivemind-db ${command} ${value} ${id}`
    : undefined;
}

function wordOf(permission: Permission): string | undefined {
  if (permission.do === "send") return permission.messageType;
  if (permission.do === "use-skill") return permission.skillId;
  return permission.do === "use-intent" ? permission.intentId : undefined;
}
