import type { Session } from "../session.ts";

export interface Store {
  readonly location: string;
  /** There was none before. */
  readonly created: boolean;
}

/**
 * The store as it is, or a new one: a node must be able to tell a new store from one that is missing, so it
 * gets its id now. What is written for that is gone again at once.
 */
export function makeStore(session: Session): Promise<Store> {
  return session.withDatabase({ create: true }, async (database, isNew) => {
    if (isNew) {
      const state = database.state("shared", "hivemind-db");
      await state.set("init", true);
      await state.delete("init");
    }
    return { location: database.info().location, created: isNew };
  });
}
