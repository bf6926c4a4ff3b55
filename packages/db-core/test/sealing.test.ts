/** The format of what is sealed, which every later release has to open; the promises are in the conformance suite. */
import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { ENTRY, inTheClear, SECRETS } from "../src/conformance/bed/sealed.ts";
import { createDatabase } from "../src/database/create-database.ts";
import { MemoryStore } from "../src/memory/memory-store.ts";
import memory from "../src/memory/plugin.ts";
import { clientBinding } from "../src/sealing/binding.ts";
import { Keyring } from "../src/sealing/keyring.ts";
import { parseSealKey } from "../src/sealing/seal-key.ts";
import { Sealing } from "../src/sealing/sealing.ts";

const BYTES = Buffer.from("00010203".repeat(8), "hex");
const FORMS = [BYTES, BYTES.toString("hex"), BYTES.toString("base64"), ` ${BYTES.toString("base64url")}\n`];
/** Of the first release that could seal. */
const SEALED = "v1:nOzblOND:IjuWW5YWqa1WXcYY:LT2lcBEpTiHKRRO3tbLGS6VD04u3xH77UKvxrLJ3Dw";

test.each(FORMS)("what was once sealed opens with the key in every form: %#", (key) => {
  const keyring = new Keyring({ previous: [key] });

  expect(keyring.open(SEALED, clientBinding(5, "password", "password"))).toBe("correct horse");
  expect(parseSealKey(key, "key").id).toBe("nOzblOND");
});

test("the same is never sealed the same way twice", () => {
  const key = parseSealKey(BYTES, "key");

  expect(new Set(Array.from({ length: 100 }, () => key.seal("same", "context"))).size).toBe(100);
});

test("no inspection of a key shows it", () => {
  const keyring = new Keyring({ key: BYTES });

  const shown = inspect([keyring, keyring.key], { depth: Infinity, showHidden: true });

  for (const form of FORMS.slice(1)) expect(shown).not.toContain(String(form).trim());
  expect(JSON.stringify(keyring)).toBe('{"key":{"id":"nOzblOND"}}');
});

test.each([{}, { previous: [] }, { key: "short" }, { key: BYTES.subarray(1) }, { previous: "not a list" }])(
  "%j is refused before anything is opened",
  (seal) => {
    const create = () => createDatabase(memory, {}, { seal: seal as { key: string } });

    expect(create).toThrow(expect.objectContaining({ code: "invalid" }));
  },
);

test("without a key secrets stand in the clear: what the tests of sealing look for would be found", async () => {
  const store = new MemoryStore();
  await using db = createDatabase(memory, { store }, { create: true });
  await db.open();
  await db.addClient(SECRETS);
  await db.state("shared", "test").setSecret("entry", ENTRY);

  const found = inTheClear([store.records, store.state]);

  expect(found).toHaveLength(4);
});

test("writers that come at once ask once which key the store is sealed under", async () => {
  const backend = await memory.open(
    { store: new MemoryStore() },
    { create: true, onNotice: () => undefined },
  );
  const get = vi.spyOn(backend.state, "get");
  const sealing = new Sealing(new Keyring(undefined));

  await Promise.all(Array.from({ length: 64 }, () => sealing.writeSecrets(backend, async () => undefined)));

  expect(get).toHaveBeenCalledTimes(1);
  await backend.close();
});
