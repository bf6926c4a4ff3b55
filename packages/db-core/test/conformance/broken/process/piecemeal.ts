import { setTimeout as delay } from "node:timers/promises";
import type { BackendPlugin, StoredRecord } from "../../../../src/backend/contract.ts";
import durable from "../../durable/plugin.ts";
import type { FileOptions } from "../../durable/plugin.ts";

const plugin: BackendPlugin<FileOptions> = {
  ...durable,
  open: async (options, host) => {
    const backend = await durable.open(options, host);
    return {
      ...backend,
      insert: async (drafts, token) => {
        const added: StoredRecord[] = [];
        for (const [i, draft] of drafts.entries()) {
          added.push(...(await backend.insert([draft], `${token} ${i}`)));
          await delay(1);
        }
        return added;
      },
    };
  },
};

export default plugin;
