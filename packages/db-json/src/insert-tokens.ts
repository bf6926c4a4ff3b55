import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import type { WorkingTable } from "./working-table.ts";

/** An insert is repeated soon after it was unconfirmed, by the handle that it was made on. */
const REMEMBERED = 1000;

/** What inserts have made, so that a repeated one makes nothing. */
export class InsertTokens {
  readonly #made = new Map<string, readonly ClientId[]>();

  remember(token: string, records: readonly StoredRecord[], work: WorkingTable): void {
    this.#made.set(
      token,
      records.map(({ client_id }) => client_id),
    );
    work.onDiscard(() => this.#made.delete(token));
    const [oldest] = this.#made.keys();
    if (this.#made.size > REMEMBERED && oldest !== undefined) this.#made.delete(oldest);
  }

  /** The records as they are now, if that insert is in the store. */
  recall(token: string, { table }: WorkingTable): readonly StoredRecord[] | undefined {
    return this.#made.get(token)?.flatMap((id) => table.get(id)?.record ?? []);
  }
}
