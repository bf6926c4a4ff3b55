import type { BackendPlugin } from "../../../../src/backend/contract.ts";
import durable from "../../durable/plugin.ts";
import type { FileOptions } from "../../durable/plugin.ts";

const listeners = new Set<(changed: readonly number[]) => void>();
const tell = (ids: readonly number[]): void => listeners.forEach((on) => on(ids));

const plugin: BackendPlugin<FileOptions> = {
  ...durable,
  open: async (options, host) => {
    const backend = await durable.open(options, host);
    return {
      ...backend,
      watch: async (on) => {
        listeners.add(on);
        return { provenAt: () => performance.now(), close: async () => void listeners.delete(on) };
      },
      insert: async (drafts, token) => {
        const records = await backend.insert(drafts, token);
        tell(records.map(({ client_id }) => client_id));
        return records;
      },
      update: async (id, change) => {
        const record = await backend.update(id, change);
        tell([id]);
        return record;
      },
    };
  },
};

export default plugin;
