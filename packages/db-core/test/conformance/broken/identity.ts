/** Faults in giving out ids and in keeping access keys apart. */
import { setImmediate as turn } from "node:timers/promises";
import { isTombstone } from "../../../src/backend/record.ts";
import { DbError } from "../../../src/errors.ts";
import { broken, write } from "./broken-store.ts";

export const IDENTITY = [
  broken(
    "gives the id count + 1",
    (memory, store) => ({
      insert: (drafts, token) => {
        const count = store.records.size;
        return memory.insert(
          drafts.map((draft, i) => ({ id: count + 1 + i, ...draft })),
          token,
        );
      },
    }),
    "ids > the next id is above every one that was given by hand",
    "ids > a writer that takes count plus one meets an error, and overwrites nobody",
    "ids > the next id is above what other programs left",
  ),
  broken(
    "gives the id of a revoked client again",
    (memory, store) => ({
      insert: async (drafts, token) => {
        const entries = (await memory.get([...store.records.keys()])).values();
        const living = [...entries]
          .filter(({ record }) => record && !isTombstone(record))
          .map(({ id }) => id ?? 0);
        const next = Math.max(0, ...living) + 1;
        if (store.tokens.has(token)) return memory.insert(drafts, token);
        for (let i = 0; i < drafts.length; i += 1) store.records.delete(next + i);
        return memory.insert(drafts, token);
      },
    }),
    "ids > the id of the highest client is not given again when it is revoked",
  ),
  broken(
    "burns an id where an add fails",
    (memory, store) => {
      let burnt = 0;
      return {
        insert: async (drafts, token) => {
          const id = Math.max(0, ...store.records.keys()) + 1 + burnt;
          burnt += 1;
          const added = await memory.insert(
            burnt > 1 ? drafts.map((draft, i) => ({ id: id + i, ...draft })) : drafts,
            token,
          );
          burnt = 0;
          return added;
        },
      };
    },
    "ids > an add that fails uses up no id",
  ),
  broken(
    "checks that a key is free, and inserts later",
    (memory, store) => ({
      insert: async (drafts) => {
        const records = drafts.map((draft, i) =>
          draft.make(draft.id ?? Math.max(0, ...store.records.keys()) + 1 + i),
        );
        const taken = await memory.find(
          "accessKey",
          records.map((record) => record.api_key),
        );
        if (taken.size > 0) throw new DbError("duplicate-key", "an access key is taken");
        await turn();
        for (const record of records) write(store, record);
        return records;
      },
    }),
    "uniqueness > of many who add one access key at once, exactly one succeeds",
    "ids > handles that add at once share no id and leave no gap",
  ),
  broken(
    "finds the first of two clients with one access key",
    (memory) => ({
      find: async (index, values) =>
        new Map(
          [...(await memory.find(index, values))].map(([value, entries]) => [value, entries.slice(0, 1)]),
        ),
    }),
    "uniqueness > an access key that a Python hub gave to two clients admits neither",
    "look-ups > every client of a name is found, by ascending id",
    "certificates > a certificate of two clients admits neither",
  ),
  broken(
    "forgets to check a key that a change sets",
    (memory, store) => ({
      update: async (id, change) => {
        const now = (await memory.get([id])).get(id)?.record;
        const next = now && !isTombstone(now) ? change(now) : undefined;
        if (next === undefined || next.client_id !== id) return memory.update(id, change);
        write(store, next);
        return next;
      },
    }),
    "uniqueness > an access key that is taken is refused with the id of its client, not with the key",
    "uniqueness > a certificate belongs to one client",
    "certificates > a certificate belongs to one living client, and is free when that is revoked",
    "certificates > of two handles that add one certificate to two clients at once, one succeeds",
    "changes > a change that is refused leaves every field as it was",
  ),
  broken(
    "adds again what has the same token",
    (memory) => ({ insert: (drafts) => memory.insert(drafts, crypto.randomUUID()) }),
    "tokens > the same token again answers what was added then, and adds nobody",
    "tokens > the same token at once adds one client",
  ),
];
