/** What a source may hold once only. Keeps ids and access keys in memory, never the records. */
import { indexValues } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core";
import type { Candidate } from "./source.ts";

export class SeenValues {
  readonly #ids = new Set<ClientId>();
  readonly #accessKeys = new Map<string, string>();
  readonly #fingerprints = new Map<string, string>();

  /** Why this candidate cannot stand beside those before it; `undefined`: it can. */
  add(candidate: Candidate): string | undefined {
    const { id, place } = candidate;
    if (id !== undefined && this.#ids.has(id)) return `client id ${id} is there twice`;
    if (id !== undefined) this.#ids.add(id);
    const record = candidate.create(id ?? 0);
    for (const [seen, index, what] of [
      [this.#accessKeys, "accessKey", "access key"],
      [this.#fingerprints, "fingerprint", "certificate"],
    ] as const) {
      for (const value of indexValues(record, index)) {
        const other = seen.get(value);
        if (other !== undefined) return `it has the same ${what} as ${other}`;
        seen.set(value, place);
      }
    }
    return undefined;
  }
}
