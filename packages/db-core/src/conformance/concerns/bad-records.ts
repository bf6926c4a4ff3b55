/** A record that nobody can read is named, kept, and no reason to deny the others; nor is it ever "unknown". */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith, failure } from "../bed/failures.ts";
import { readEverything } from "../bed/read-everything.ts";
import { idsOf } from "../bed/ids-of.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { HOSTILE_KEY, HOSTILE_RECORDS, hostileSeed } from "../seeds/hostile.ts";

export function badRecords({ cannotHold, testOn, testRefusal }: TestBed): void {
  for (const [name, hostile] of HOSTILE_RECORDS) {
    const seed = hostileSeed(hostile);
    const reported = hostile.id === undefined ? [] : [hostile.id];

    if (cannotHold(name)) {
      testRefusal(seed, `${name}: there is no place for it in this store`, async (seeding) => {
        await failure(seeding);
      });
      continue;
    }

    testOn(seed, `${name}: the others are served`, async (store) => {
      const db = await store.open({ create: false });

      const listed = await collect(db.listClients());
      const verdict = await db.authenticate({ accessKey: "good-key-9" });

      assert.deepEqual(idsOf(listed), [1, 9]);
      assert.deepEqual(verdict, { allowed: true, client: listed[1] });
      assert.deepEqual(await db.findByName("good"), listed);
      assert.equal((await db.updateClient(1, { name: "changed" })).name, "changed");
      assert.equal((await db.addClient()).client.id, 10);
    });

    testOn(seed, `${name}: it is reported once, and found by verify`, async (store) => {
      const db = await store.open({ create: false });

      await collect(db.listClients());
      await collect(db.listClients());
      const findings = await collect(db.verify());

      const notices = store.notices.filter(({ code }) => code === "bad-record");
      assert.deepEqual(
        notices.map(({ clientIds }) => clientIds),
        [reported],
        "the notices bad-record: core tells of each such record once, and the backend of none",
      );
      const found = findings.filter(({ code }) => code === "unreadable-record");
      assert.deepEqual(
        found.map(({ clientIds }) => clientIds),
        [reported],
        "the findings unreadable-record: core finds these, from the backend's list",
      );
    });

    testOn(seed, `${name}: whom its access key belongs to cannot be told`, async (store) => {
      const db = await store.open({ create: false });

      const error = await failsWith("corrupt", db.authenticate({ accessKey: HOSTILE_KEY }));
      await failsWith("corrupt", db.addClient({ accessKey: HOSTILE_KEY }));
      const verdict = await db.authenticate({ accessKey: "a key that nobody has" });

      assert.deepEqual(error.clientIds, reported);
      assert.deepEqual(verdict, { allowed: false, reason: "unknown-key", clientIds: [] });
    });

    testOn(seed, `${name}: it stays as it is, whoever is written`, async (store) => {
      const db = await store.open({ create: false });
      await readEverything(db);

      await db.addClient();
      await db.updateClient(1, { name: "changed" });
      await db.revokeClient(9);
      await db.touch(1, 1000);

      const backend = await store.backend();
      const bad = (await collect(backend.list())).flat().filter(({ record }) => record === undefined);
      assert.deepEqual(idsOf(bad), [hostile.id]);
      await failsWith("corrupt", db.authenticate({ accessKey: HOSTILE_KEY }));
    });

    if (hostile.id === undefined) continue;
    const { id } = hostile;

    testOn(seed, `${name}: a call that needs it is an error, and none overwrites it`, async (store) => {
      const db = await store.open({ create: false });
      const calls = [
        () => db.getClient(id),
        () => db.secrets(id),
        () => db.authorize(id, { do: "escalate" }),
        () => db.updateClient(id, { name: "changed" }),
        () => db.revokeClient(id),
      ];

      for (const call of calls) {
        const error = await failsWith("corrupt", call());
        assert.deepEqual(error.clientIds, [id]);
      }
      await failsWith("duplicate-key", db.addClient({ id }));
    });
  }
}
