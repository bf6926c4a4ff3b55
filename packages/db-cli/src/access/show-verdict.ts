/** A verdict with its why, for people and for scripts. */
import type { DenyReason, Permission } from "@hivemind/db-core";
import { capitalLabel } from "../clients/label.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import type { Output } from "../output/output.ts";
import type { Access } from "./check.ts";
import { allowCommand, permissionText } from "./permission.ts";

export async function showVerdict(
  output: Output,
  access: Access,
  permission: Permission | undefined,
): Promise<ExitCode> {
  const { allowed, reason = null, client, clientIds } = access;
  const why = whyOf(access, permission);
  if (output.json) {
    await output.value({
      allowed,
      reason,
      message: why,
      permission: permission === undefined ? null : { ...permission },
      clientIds,
      client: client === undefined ? null : clientJson(client),
    });
  } else {
    await output.table([[allowed ? "allowed" : "denied", why]], () => (allowed ? "green" : "red"));
  }
  return allowed ? EXIT.ok : EXIT.no;
}

function whyOf({ reason, client, clientIds }: Access, permission: Permission | undefined): string {
  if (client === undefined || reason === undefined) {
    if (reason !== undefined)
      return (IDENTITY[reason] ?? ((): string => `The node says: ${reason}.`))(clientIds);
    return client === undefined ? "" : sentence(`${capitalLabel(client)} ${may(permission)}`);
  }
  if (permission === undefined || reason === "revoked" || reason === "unknown-client") {
    return `${capitalLabel(client)} was revoked this very moment.`;
  }
  const command = allowCommand(permission, client.id);
  const advice = command === undefined ? "" : ` To allow it: ${command}`;
  return `${capitalLabel(client)} may not ${permissionText(permission)}: ${CAUSE[permission.do]}.${advice}`;
}

const IDENTITY: { readonly [Reason in DenyReason]?: (ids: readonly number[]) => string } = {
  "unknown-key": () =>
    "No client has this access key: it is misspelt, it was changed (rotate-key), or its client was revoked.",
  "reserved-key": () => "This is never an access key: it stands for the revoked.",
  ambiguous: (ids) =>
    `The clients ${ids.join(", ")} have the same credential, so it admits none of them. Give each its own: hivemind-db rotate-key ID`,
  "unknown-certificate": () => "No client has this certificate. Add it: hivemind-db add-certificate FILE ID",
  "certificate-removed": (ids) =>
    `This certificate was removed from client ${ids.join(", ")}, and another program has written it back: only add-certificate makes it valid again.`,
  "certificate-not-yet-valid": (ids) =>
    `The certificate of client ${ids.join(", ")} is not valid yet: is the clock right?`,
  "certificate-expired": (ids) =>
    `The certificate of client ${ids.join(", ")} has expired: give the client a new one, and add it with add-certificate.`,
  "certificate-untrusted": (ids) =>
    `The certificate of client ${ids.join(", ")} was issued by none of the CAs that the config trusts.`,
};

const CAUSE: { readonly [Do in Permission["do"]]: string } = {
  send: "the type is not among those that it is allowed",
  escalate: "it is forbidden to escalate",
  propagate: "it is forbidden to propagate",
  broadcast: "it is forbidden to broadcast",
  "use-skill": "the skill is on its blacklist",
  "use-intent": "the intent is on its blacklist",
};

function may(permission: Permission | undefined): string {
  return permission === undefined ? "may connect" : `may ${permissionText(permission)}`;
}

function sentence(text: string): string {
  return `${text}.`;
}
