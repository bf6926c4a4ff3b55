import { REVOKED_KEY } from "../backend/record.ts";
import type { Known } from "../cache/known.ts";
import type { LookUps } from "../cache/look-ups.ts";
import { checkPermission } from "../permission.ts";
import type { Permission, Verdict } from "../permission.ts";
import type { ClientId } from "../client.ts";
import type { AccessKeyCredential } from "./client-database.ts";

const UNKNOWN_KEY: Verdict = Object.freeze({ allowed: false, reason: "unknown-key", clientIds: [] });
const RESERVED_KEY: Verdict = Object.freeze({ allowed: false, reason: "reserved-key", clientIds: [] });

/** What memory can answer at once; `undefined` where the store has to be asked. */
export function recallVerdict(lookUps: LookUps, { accessKey }: AccessKeyCredential): Verdict | undefined {
  if (typeof accessKey !== "string") return undefined;
  if (isReserved(accessKey)) return RESERVED_KEY;
  const recalled = lookUps.recall("accessKey", accessKey);
  if (recalled === undefined) return undefined;
  return recalled === null ? UNKNOWN_KEY : { allowed: true, client: recalled.client };
}

/** Of the store: whose access key is this? A key that could be in a record nobody can read is an error, not "unknown". */
export async function authenticate(lookUps: LookUps, { accessKey }: AccessKeyCredential): Promise<Verdict> {
  if (typeof accessKey !== "string") throw new TypeError("an access key is a string");
  if (isReserved(accessKey)) return RESERVED_KEY;
  // A lone surrogate cannot be stored, and some drivers would look for U+FFFD in its place.
  if (!accessKey.isWellFormed()) return UNKNOWN_KEY;
  return verdictOn(await lookUps.ask("accessKey", accessKey));
}

function isReserved(accessKey: string): boolean {
  return accessKey === "" || accessKey === REVOKED_KEY;
}

function verdictOn(clients: readonly Known[]): Verdict {
  const [only] = clients;
  if (only === undefined) return UNKNOWN_KEY;
  if (clients.length === 1) return { allowed: true, client: only.client };
  return { allowed: false, reason: "ambiguous", clientIds: clients.map(({ client }) => client.id) };
}

/** As {@link recallVerdict}. */
export function recallPermission(
  lookUps: LookUps,
  id: ClientId,
  permission: Permission,
): Verdict | undefined {
  const recalled = lookUps.recallId(id);
  return recalled && checkPermission(recalled.client, permission);
}

/** Of the store. */
export async function authorize(lookUps: LookUps, id: ClientId, permission: Permission): Promise<Verdict> {
  const known = await lookUps.askId(id);
  if (known === undefined) return { allowed: false, reason: "unknown-client", clientIds: [] };
  return checkPermission(known.client, permission);
}
