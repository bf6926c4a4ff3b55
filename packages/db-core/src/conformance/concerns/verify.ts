/** Everything that is wrong with a store, named by client, and nothing that is not. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { SCHEMA_2 } from "../seeds/schemas.ts";
import type { Seed } from "../suite.ts";

interface Fault {
  readonly code: string;
  readonly clientIds: readonly number[];
  readonly records: Seed["records"];
}

const FAULTS: readonly Fault[] = [
  {
    code: "ambiguous-access-key",
    clientIds: [1, 3],
    records: [
      ["1", recordText(1, { api_key: "shared" })],
      ["2", recordText(2, {})],
      ["3", recordText(3, { api_key: "shared" })],
    ],
  },
  {
    code: "count-plus-one-taken",
    clientIds: [3],
    records: [
      ["1", recordText(1, {})],
      ["3", recordText(3, {})],
    ],
  },
  { code: "empty-access-key", clientIds: [1], records: [["1", recordText(1, { api_key: "" })]] },
];

export function verify({ test, testOn }: TestBed): void {
  test("a store that only we have written has no fault", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}, {}]);
    await db.updateClient(1, { name: "changed", accessKey: "changed" });
    await db.revokeClient(2);
    await db.touch(3);

    assert.deepEqual(await collect(db.verify()), []);
  });

  for (const { code, clientIds, records } of FAULTS) {
    testOn({ schema: 2, records }, `${code} names its clients`, async (store) => {
      const db = await store.open({ create: false });

      const findings = await collect(db.verify());

      const found = findings.filter((finding) => finding.code === code);
      assert.deepEqual(
        found.map((finding) => finding.clientIds),
        [clientIds],
      );
      for (const { message } of found) assert.match(message, /./);
    });
  }

  testOn(SCHEMA_2, "a repair leaves every client what it was", async (store) => {
    const db = await store.open({ create: false });
    const before = await collect(db.listClients());

    await collect(db.verify({ repair: true }));

    assert.deepEqual(await collect(db.listClients()), before);
  });
}
