import { setImmediate as turn } from "node:timers/promises";
import type { BackendPlugin, StoredRecord } from "../../../../src/backend/contract.ts";
import { collect } from "../../../../src/conformance/bed/collect.ts";
import { DbError } from "../../../../src/errors.ts";
import durable from "../../durable/plugin.ts";
import type { FileOptions } from "../../durable/plugin.ts";
import { StoreFile } from "../../durable/store-file.ts";
import { write } from "../broken-store.ts";

let last: Promise<unknown> = Promise.resolve();

/** One after the other, in this process. */
async function alone<T>(step: () => Promise<T>): Promise<T> {
  const before = last;
  const { promise, resolve } = Promise.withResolvers<void>();
  last = promise;
  await before;
  try {
    return await step();
  } finally {
    resolve();
  }
}

const plugin: BackendPlugin<FileOptions> = {
  ...durable,
  open: async (options, host) => {
    const backend = await durable.open(options, host);
    return {
      ...backend,
      update: (id, change) =>
        alone(async () => {
          const now = (await backend.get([id])).get(id)?.record;
          const next = now && change(now);
          await turn();
          if (next === undefined) return now;
          new StoreFile(options.path, true).write((store) => write(store, next));
          return next;
        }),
      insert: (drafts) =>
        alone(async () => {
          const ids = (await collect(backend.list())).flat().map(({ id }) => id ?? 0);
          const records: StoredRecord[] = [];
          for (const [i, draft] of drafts.entries()) {
            const record = draft.make(draft.id ?? Math.max(0, ...ids) + 1 + i);
            const taken = await backend.find("accessKey", [record.api_key]);
            if (taken.size > 0) throw new DbError("duplicate-key", "an access key is taken");
            records.push(record);
          }
          const file = new StoreFile(options.path, true);
          file.write((store) => records.forEach((record) => write(store, record)));
          return records;
        }),
      state: {
        ...backend.state,
        update: (scope, key, change) =>
          alone(async () => {
            const next = change(await backend.state.get(scope, key));
            await turn();
            return backend.state.update(scope, key, () => next);
          }),
      },
    };
  },
};

export default plugin;
