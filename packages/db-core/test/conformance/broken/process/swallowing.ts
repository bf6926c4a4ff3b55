import type { BackendPlugin } from "../../../../src/backend/contract.ts";
import durable from "../../durable/plugin.ts";
import type { FileOptions } from "../../durable/plugin.ts";

const plugin: BackendPlugin<FileOptions> = {
  ...durable,
  open: async (options, host) => {
    const backend = await durable.open(options, host);
    return {
      ...backend,
      get: (ids) => backend.get(ids).catch(() => new Map()),
      find: (index, values) => backend.find(index, values).catch(() => new Map()),
      list: async function* () {
        try {
          yield* backend.list();
        } catch {
          yield [];
        }
      },
    };
  },
};

export default plugin;
