import type { StoredRecord } from "../backend/contract.ts";
import type { Client } from "../client.ts";
import { toClient } from "../database/client-codec.ts";

/** What was read of a client: the stored record, secrets included, and what users of core get of it. */
export interface Known {
  readonly record: StoredRecord;
  readonly client: Client;
}

export function known(record: StoredRecord): Known {
  return { record, client: toClient(record) };
}
