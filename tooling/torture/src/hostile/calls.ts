/** The public calls, with anything in the place of what they ask for. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, ClientDraft } from "@hivemind/db-core";
import memory from "@hivemind/db-core/memory";
import * as fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { promise } from "../trial.ts";
import { json as anyJson, object, text } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import type { Surface } from "./surface.ts";

const anything = fc.oneof(
  { weight: 3, arbitrary: anyJson },
  { weight: 3, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  },
);
const draft = fc.dictionary(
  fc.constantFrom(
    "id",
    "name",
    "description",
    "isAdmin",
    "lastSeen",
    "allowedTypes",
    "canBroadcast",
    "skillBlacklist",
    "metadata",
    "accessKey",
    "password",
    "cryptoKey",
    "nonsense",
  ),
  fc.oneof(anything, fc.array(text, { maxLength: 3 }), object),
  { maxKeys: 4 },
);

export const calls: Surface = {
  name: "calls",
  proves:
    "a bad argument is a TypeError or `invalid`; what is taken comes back the same; nobody else is let in",
  prepare: async () => ({
    property: fc.asyncProperty(draft, anything, text, async (fields, value, key) => {
      // A store of its own for each case: it is the same one when it is repeated.
      const db = createDatabase(memory, {}, { create: true });
      await db.open();
      try {
        await use(db, fields, value, key);
      } finally {
        await db.close();
      }
    }) as never,
    dispose: async () => undefined,
  }),
};

async function use(db: ClientDatabase, fields: object, value: unknown, key: string): Promise<void> {
  const { client } = await db.addClient({ name: "first", accessKey: "the key of the first" });
  const added = await onlyOurs(() => db.addClient(fields as ClientDraft), { mistakes: true });
  if (added !== undefined) {
    const same = await db.getClient(added.client.id);
    promise(isDeepStrictEqual(same, added.client), () => "a client does not come back as it was added");
    const verdict = await db.authenticate({ accessKey: added.secrets.accessKey });
    promise(
      verdict.allowed && verdict.client.id === added.client.id,
      () => "its key does not find the client",
    );
    await db.revokeClient(added.client.id);
  }
  await onlyOurs(() => db.updateClient(client.id, value as object), { mistakes: true });
  await onlyOurs(() => db.updateClient(client.id, { accessKey: "the key of the first" }));
  const verdict = await onlyOurs(() => db.authenticate({ accessKey: key }));
  promise(!(verdict?.allowed ?? false), () => `${JSON.stringify(key)} was admitted`);
  await onlyOurs(() => db.authenticate(value as never), { mistakes: true });
  await onlyOurs(() => db.getClient(value as never), { mistakes: true });
  await onlyOurs(() => db.findByName(value as never), { mistakes: true });
  await onlyOurs(() => db.authorize(client.id, value as never), { mistakes: true });
  await onlyOurs(() => db.touch(client.id, value as never), { mistakes: true });
  const still = await db.getClient(client.id);
  promise(still?.revoked === false, () => "the first client is gone");
}
