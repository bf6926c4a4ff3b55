import type { BackendPlugin, RecordDraft } from "../../../../src/backend/contract.ts";
import durable from "../../durable/plugin.ts";
import type { FileOptions } from "../../durable/plugin.ts";

const LATER_MS = 1000;

const plugin: BackendPlugin<FileOptions> = {
  ...durable,
  open: async (options, host) => {
    const backend = await durable.open(options, host);
    const waiting: RecordDraft[] = [];
    let flushing: Promise<unknown> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      if (waiting.length > 0) flushing = backend.insert(waiting.splice(0), crypto.randomUUID());
    };
    return {
      ...backend,
      insert: async (drafts) => {
        const records = drafts.map((draft, i) => draft.make(draft.id ?? waiting.length + i + 1));
        waiting.push(...drafts);
        timer ??= setTimeout(flush, LATER_MS);
        return records;
      },
      close: async () => {
        clearTimeout(timer);
        flush();
        await flushing;
        await backend.close();
      },
    };
  },
};

export default plugin;
