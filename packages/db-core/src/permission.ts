/** What a client may do: the one place where permissions are decided. */
import type { Client, ClientId } from "./client.ts";

/** What a client asks to do. */
export type Permission =
  /** Send a message of this type into the hub. */
  | { readonly do: "send"; readonly messageType: string }
  /** Send to the hub above, to all hubs around, or to every client. */
  | { readonly do: "escalate" | "propagate" | "broadcast" }
  | { readonly do: "use-skill"; readonly skillId: string }
  | { readonly do: "use-intent"; readonly intentId: string };

export type Verdict = Allowed | Denied;

export interface Allowed {
  readonly allowed: true;
  readonly client: Client;
}

export interface Denied {
  readonly allowed: false;
  readonly reason: DenyReason;
  /** The clients that the denial is about; empty where there is none. For logs and operators, not for the peer. */
  readonly clientIds: readonly ClientId[];
}

export type DenyReason =
  /** No living client has this access key. */
  | "unknown-key"
  /** `""` or `revoked`: never a valid access key. */
  | "reserved-key"
  /** Several living clients have this credential. */
  | "ambiguous"
  /** The peer has presented no certificate. */
  | "no-certificate"
  /** No living client has this certificate. */
  | "unknown-certificate"
  /** It was removed from the client, and another program has written it back. */
  | "certificate-removed"
  | "certificate-not-yet-valid"
  | "certificate-expired"
  /** None of the trusted CAs has issued it. */
  | "certificate-untrusted"
  /** The id belongs to no client. */
  | "unknown-client"
  /** The client was revoked. */
  | "revoked"
  /** The message type is not in `allowedTypes`. Admins included. */
  | "type-not-allowed"
  | "escalate-not-allowed"
  | "propagate-not-allowed"
  | "broadcast-not-allowed"
  | "skill-blacklisted"
  | "intent-blacklisted";

/** May the client do this? Exact, case-sensitive, and no client is above it. */
export function checkPermission(client: Client, permission: Permission): Verdict {
  const reason = client.revoked ? "revoked" : denial(client, permission);
  return reason === undefined
    ? { allowed: true, client }
    : { allowed: false, reason, clientIds: [client.id] };
}

function denial(client: Client, permission: Permission): DenyReason | undefined {
  switch (permission.do) {
    case "send":
      return client.allowedTypes.includes(permission.messageType) ? undefined : "type-not-allowed";
    case "escalate":
      return client.canEscalate ? undefined : "escalate-not-allowed";
    case "propagate":
      return client.canPropagate ? undefined : "propagate-not-allowed";
    case "broadcast":
      return client.canBroadcast ? undefined : "broadcast-not-allowed";
    case "use-skill":
      return client.skillBlacklist.includes(permission.skillId) ? "skill-blacklisted" : undefined;
    case "use-intent":
      return client.intentBlacklist.includes(permission.intentId) ? "intent-blacklisted" : undefined;
    default:
      throw new TypeError(`no such permission: ${String((permission as { do: unknown }).do)}`);
  }
}
