/** A store that is about to suffer: empty, in a place of its own, and open to any number of processes. */
import { openDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";

export interface Store {
  readonly subject: string;
  /** What a process of its own needs to open it. */
  readonly place: Place;
  dispose(): Promise<void>;
}

export interface Place {
  /** The backend, as an import specifier, and its npm name. */
  readonly module: string;
  readonly name: string;
  /** As a config block has them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

export type MakeStore = () => Promise<Store>;

export async function openPlace({ module, name, options, env }: Place): Promise<ClientDatabase> {
  Object.assign(process.env, env);
  const { default: plugin } = (await import(module)) as { readonly default: BackendPlugin };
  return openDatabase(
    { database: { module: name, [name]: options } },
    {
      plugins: [plugin],
      create: true,
      // A touch that was answered counts as acknowledged.
      lastSeenIntervalMs: 0,
    },
  );
}
