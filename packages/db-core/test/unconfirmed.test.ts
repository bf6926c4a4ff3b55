import { expect, test } from "vitest";
import type { BackendPlugin } from "../src/backend/contract.ts";
import { createDatabase } from "../src/database/create-database.ts";
import { DbError } from "../src/errors.ts";
import { MemoryStore } from "../src/memory/memory-store.ts";
import memory from "../src/memory/plugin.ts";
import type { MemoryOptions } from "../src/memory/plugin.ts";

/** Stores what it is given, and the first time loses the connection before it can say so. */
const unsteady: BackendPlugin<MemoryOptions> = {
  ...memory,
  open: async (options, host) => {
    const backend = await memory.open(options, host);
    let lost = false;
    return {
      ...backend,
      insert: async (drafts, token) => {
        const records = await backend.insert(drafts, token);
        if (lost) return records;
        lost = true;
        throw new DbError("unconfirmed", "the connection was lost", {
          backend: "unsteady",
          cause: new Error("reset"),
        });
      },
    };
  },
};

test("an unconfirmed add says the token, and with it the add is not done twice", async () => {
  await using db = createDatabase(unsteady, { store: new MemoryStore() }, { create: true });
  await db.open();

  const error = await db.addClient({ name: "once" }).catch((reason: DbError) => reason);
  if (!(error instanceof DbError) || error.token === undefined)
    throw new Error("there is no token to repeat with");
  const { client } = await db.addClient({ name: "once" }, { token: error.token });

  expect(error).toMatchObject({ code: "unconfirmed", backend: "unsteady", cause: new Error("reset") });
  expect(client).toMatchObject({ id: 1, name: "once" });
  expect(await Array.fromAsync(db.listClients())).toEqual([client]);
});

test("a token that was given stays the one to repeat with", async () => {
  await using db = createDatabase(unsteady, { store: new MemoryStore() }, { create: true });
  await db.open();

  const adding = db.addClient({}, { token: "given" });

  await expect(adding).rejects.toMatchObject({ code: "unconfirmed", token: "given" });
});
