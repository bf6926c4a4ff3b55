/** What we do not understand comes back as it was: digit for digit, whoever is written meanwhile. */
import assert from "node:assert/strict";
import { recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { parseJson, sameJson, stringifyJson } from "../../json.ts";
import type { JsonObject } from "../../json.ts";
import type { Seed } from "../suite.ts";

const ODD_METADATA = [
  '"big": 9007199254740993, "huge": 123456789012345678901234567890, "one": 1.0, "minus_zero": -0.0, "e22": 1e+22',
  '"tiny": 1e-07, "half": 0.50, "nested": {"list": [1.0, {"deep": 10000000000000000000000}]}, "": [], "none": null',
  '"__proto__": {"polluted": 1.0}, "constructor": "text", "1": "numeric key", "text": "1.0 \\u2028 \\ud83d\\udc1d"',
].join(", ");
const UNKNOWN_FIELDS = { site_id: '"attic"', later_release: "18446744073709551616" };

/** As `Client` shows it: unknown fields stand in the metadata, as Python hubs read them. */
const EXPECTED = parseJson(
  `{${ODD_METADATA}, "site_id": ${UNKNOWN_FIELDS.site_id}, "later_release": ${UNKNOWN_FIELDS.later_release}}`,
) as JsonObject;

const ODD: Seed = {
  schema: 2,
  records: [
    ["1", recordText(1, {}, { metadata: `{${ODD_METADATA}}`, last_seen: "1755264536.0", ...UNKNOWN_FIELDS })],
    ["2", recordText(2, {})],
  ],
};

function assertSame(metadata: JsonObject | undefined, expected: JsonObject = EXPECTED): void {
  assert.ok(
    sameJson(metadata, expected),
    `${stringifyJson(metadata ?? null)} instead of ${stringifyJson(expected)}`,
  );
}

export function losslessness({ test, testOn }: TestBed): void {
  testOn(ODD, "unknown fields and exact numbers are read as they stand", async (store) => {
    const db = await store.open({ create: false });

    const client = await db.getClient(1);

    assertSame(client?.metadata);
    assert.equal(client?.lastSeen, 1755264536);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  testOn(
    ODD,
    "they survive a change of another field, a touch, and writes of other clients",
    async (store) => {
      const db = await store.open({ create: false });

      await db.updateClient(1, { name: "renamed", skillBlacklist: ["alarm"] });
      await db.touch(1, 1755264537);
      await db.updateClient(2, { name: "also renamed" });
      await db.addClients([{}, {}]);
      await db.revokeClient(3);

      const client = await db.getClient(1);
      assertSame(client?.metadata);
      assert.deepEqual(
        [client?.name, client?.skillBlacklist, client?.lastSeen],
        ["renamed", ["alarm"], 1755264537],
      );
      await db.close();
      await db.open();
      assertSame((await db.getClient(1))?.metadata);
    },
  );

  testOn(ODD, "they survive a change of the metadata itself", async (store) => {
    const db = await store.open({ create: false });

    await db.updateClient(1, ({ metadata }) => ({ metadata: { ...metadata, added: true } }));

    assertSame((await db.getClient(1))?.metadata, { ...EXPECTED, added: true });
  });

  test("numbers that we are given come back digit for digit", async (store) => {
    const db = await store.open();

    const { client } = await db.addClient({
      metadata: { big: 2n ** 64n, minus: -0, list: [10n ** 30n, 0.1] },
    });

    const expected = '{"big":18446744073709551616,"minus":-0.0,"list":[1000000000000000000000000000000,0.1]}';
    assertSame(client.metadata, parseJson(expected) as JsonObject);
    assertSame((await db.getClient(1))?.metadata, parseJson(expected) as JsonObject);
  });
}
