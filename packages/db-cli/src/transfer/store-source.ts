import type { Backend } from "@hivemind/db-core/backend";
import { sourceEntry } from "./record-candidate.ts";
import { MEND_RECORDS } from "./source.ts";
import type { Source } from "./source.ts";

/** A store is only read: its clients, and what the node itself remembers, of every scope. */
export function storeSource(store: Backend): Source {
  return {
    schema: store.info().schema,
    onUnreadable: MEND_RECORDS,
    pages: async function* () {
      for await (const page of store.list()) yield page.map(sourceEntry);
    },
    state: async function* () {
      for (const scope of [...(await store.state.scopes())].toSorted()) {
        for (const [key, text] of await store.state.list(scope)) yield { scope, key, text };
      }
    },
  };
}
