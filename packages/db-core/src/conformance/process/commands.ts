/** What another process can be asked to do: functions cannot travel to it, so those are here. */
import type { ClientChange, ClientDraft, ClientId } from "../../client.ts";
import type { PinVerdict } from "../../credentials/pinned-keys.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import type { JsonObject } from "../../json.ts";
import { counted, countUp } from "./counter.ts";

export const COMMANDS = {
  add: async (db: ClientDatabase, draft: ClientDraft): Promise<ClientId> =>
    (await db.addClient(draft)).client.id,
  addBatch: async (db: ClientDatabase, drafts: readonly ClientDraft[]): Promise<readonly ClientId[]> =>
    (await db.addClients(drafts)).map(({ client }) => client.id),
  update: async (db: ClientDatabase, id: ClientId, change: ClientChange): Promise<void> =>
    void (await db.updateClient(id, change)),
  revoke: async (db: ClientDatabase, id: ClientId): Promise<void> => void (await db.revokeClient(id)),
  touch: (db: ClientDatabase, id: ClientId, at: number): Promise<void> => db.touch(id, at),
  nameOf: async (db: ClientDatabase, id: ClientId): Promise<string | undefined> =>
    (await db.getClient(id))?.name,
  isAllowed: async (db: ClientDatabase, accessKey: string): Promise<boolean> =>
    (await db.authenticate({ accessKey })).allowed,
  removeCertificate: (db: ClientDatabase, id: ClientId, fingerprint: string): Promise<boolean> =>
    db.removeCertificate(id, fingerprint),
  pinKey: (db: ClientDatabase, id: ClientId, kind: string, key: Uint8Array): Promise<PinVerdict> =>
    db.pinKey(id, kind, key),
  countInMetadata: async (db: ClientDatabase, id: ClientId): Promise<void> =>
    void (await db.updateClient(id, counted)),
  countInState: async (db: ClientDatabase): Promise<void> =>
    void (await db.state("shared", "conformance").update("counter", countUp)),
  setState: (db: ClientDatabase, key: string, value: JsonObject): Promise<void> =>
    db.state("shared", "conformance").set(key, value),
  rekey: async (db: ClientDatabase): Promise<void> => void (await db.rekey()),
} as const;

export type CommandName = keyof typeof COMMANDS;

type Rest<Call> = Call extends (db: ClientDatabase, ...args: infer Args) => unknown ? Args : never;
export type CommandArgs<Name extends CommandName> = Rest<(typeof COMMANDS)[Name]>;
export type CommandResult<Name extends CommandName> = Awaited<ReturnType<(typeof COMMANDS)[Name]>>;
