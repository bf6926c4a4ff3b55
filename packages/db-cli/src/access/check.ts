import type { Client, ClientDatabase, Credential, DenyReason, Permission, Verdict } from "@hivemind/db-core";

export interface Access {
  readonly allowed: boolean;
  readonly reason: DenyReason | undefined;
  /** Whose credential it is, where that is known. */
  readonly client: Client | undefined;
  readonly clientIds: readonly number[];
}

/** As a node does it: who is this, and then, as things stand now, may it do that? */
export async function checkAccess(
  database: ClientDatabase,
  credential: Credential,
  permission: Permission | undefined,
): Promise<Access> {
  const identity = await database.authenticate(credential);
  if (!identity.allowed || permission === undefined) return access(identity, undefined);
  return access(await database.authorize(identity.client.id, permission), identity.client);
}

function access(verdict: Verdict, identified: Client | undefined): Access {
  if (verdict.allowed) {
    const { client } = verdict;
    return { allowed: true, reason: undefined, client, clientIds: [client.id] };
  }
  return { allowed: false, reason: verdict.reason, client: identified, clientIds: verdict.clientIds };
}
