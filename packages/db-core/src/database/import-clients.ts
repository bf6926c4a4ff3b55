import { setImmediate as turn } from "node:timers/promises";
import type { ClientDraft } from "../client.ts";
import type { ClientDatabase } from "./client-database.ts";

/** As many as one atomic step takes. */
const BATCH = 1000;

export interface ImportOptions {
  /** Hears after each batch how many clients have been added so far. */
  readonly onProgress?: (added: number) => void;
}

/**
 * Adds any number of clients, in order, in batches of 1,000, each all or none. Answers how many. Where a batch
 * fails, those before it are in the store, as `onProgress` has said, and nothing of that batch is.
 */
export async function importClients(
  database: Pick<ClientDatabase, "addClients">,
  drafts: Iterable<ClientDraft> | AsyncIterable<ClientDraft>,
  { onProgress }: ImportOptions = {},
): Promise<number> {
  let added = 0;
  let batch: ClientDraft[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await database.addClients(batch);
    added += batch.length;
    batch = [];
    onProgress?.(added);
    // A store that writes at once would let nothing else in the process have its turn before the end.
    await turn();
  };
  for await (const draft of drafts) {
    batch.push(draft);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return added;
}
