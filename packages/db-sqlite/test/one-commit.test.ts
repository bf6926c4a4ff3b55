/** Calls of one turn share a commit, and new clients of several callers a statement: each call is still one by itself. */
import { tombstone } from "@hivemind/db-core/backend";
import type { Backend, ClientId, RecordDraft } from "@hivemind/db-core/backend";
import { expect, onTestFinished, test } from "vitest";
import plugin from "../src/plugin.ts";
import { hub } from "./support/hub.ts";
import { run, select } from "./support/python.ts";

/** With clients 1 to 1000 (ten of them), and ready to be written. */
async function store(): Promise<{ readonly backend: Backend; readonly path: string }> {
  const { path } = hub("v2");
  const options = { name: "clients", subfolder: "hivemind-core" };
  const backend = await plugin.open(options, { create: false, onNotice: () => undefined });
  onTestFinished(() => backend.close());
  await backend.touch(new Map([[2, 1_900_000_000]]));
  return { backend, path: path() };
}

function named(name: string, id?: ClientId, accessKey = `key of ${name}`): RecordDraft {
  const make = (newId: ClientId) => ({ client_id: newId, api_key: accessKey, name });
  return id === undefined ? { make } : { id, make };
}

async function lastNames(backend: Backend): Promise<readonly unknown[]> {
  const pages = await Array.fromAsync(backend.list());
  return pages
    .flat()
    .flatMap(({ id, record }) => (id !== undefined && id > 1000 ? [[id, record?.["name"]]] : []));
}

test("of clients that are written together, one that fails takes none with it", async () => {
  const { backend, path: file } = await store();
  run(file, [
    "CREATE TRIGGER drop_some BEFORE INSERT ON clients WHEN NEW.name = 'dropped' BEGIN SELECT RAISE(IGNORE); END",
  ]);

  const outcomes = await Promise.allSettled([
    backend.insert([named("first")], "1"),
    backend.insert([named("half"), named("dropped")], "2"),
    backend.insert([named("last")], "3"),
  ]);

  expect(outcomes).toMatchObject([
    { value: [{ client_id: 1001, name: "first" }] },
    { reason: { code: "corrupt", clientIds: [1003] } },
    { value: [{ client_id: 1002, name: "last" }] },
  ]);
  expect(await lastNames(backend)).toEqual([
    [1001, "first"],
    [1002, "last"],
  ]);
});

test("nor where it fails because somebody else reads it", async () => {
  const { backend, path: file } = await store();
  run(file, [
    "CREATE TRIGGER drop_some BEFORE INSERT ON clients WHEN NEW.name = 'dropped' BEGIN SELECT RAISE(IGNORE); END",
  ]);

  const outcomes = await Promise.allSettled([
    backend.insert([named("first")], "1"),
    backend.insert([named("dropped")], "2"),
    backend.update(1001, (now) => ({ ...now, name: "changed" })),
    backend.insert([named("last")], "3"),
  ]);

  expect(outcomes).toMatchObject([
    { value: [{ client_id: 1001, name: "first" }] },
    { reason: { code: "corrupt", clientIds: [1002] } },
    { value: { client_id: 1001, name: "changed" } },
    { value: [{ client_id: 1002, name: "last" }] },
  ]);
  expect(await lastNames(backend)).toEqual([
    [1001, "changed"],
    [1002, "last"],
  ]);
});

test("whatever is called after an insert finds what it has made", async () => {
  const { backend } = await store();

  const outcomes = await Promise.allSettled([
    backend.insert([named("first")], "token"),
    backend.insert([named("another", undefined, "key of first")], "2"),
    backend.insert([named("first")], "token"),
    backend.insert([named("another", 1001)], "3"),
    backend.touch(new Map([[1001, 1_900_000_000]])),
    backend.update(1001, (now) => ({ ...now, description: "changed" })),
    backend.update(1001, () => tombstone(1001)),
    backend.insert([named("another", 1001)], "4"),
    backend.insert([named("last")], "5"),
  ]);

  expect(outcomes).toMatchObject([
    { value: [{ client_id: 1001, name: "first" }] },
    { reason: { code: "duplicate-key", clientIds: [1001] } },
    { value: [{ client_id: 1001, name: "first" }] },
    { reason: { code: "duplicate-key", clientIds: [1001] } },
    { status: "fulfilled" },
    { value: { name: "first", last_seen: 1_900_000_000, description: "changed" } },
    { value: { api_key: "revoked" } },
    { reason: { code: "duplicate-key", clientIds: [1001] } },
    { value: [{ client_id: 1002, name: "last" }] },
  ]);
});

test("a key that is taken is found among many, in the store and in the same commit", async () => {
  const { backend } = await store();
  const many = (name: string, last: RecordDraft) => [
    ...Array.from({ length: 22 }, (_, i) => named(`${name} ${i}`)),
    last,
  ];

  const outcomes = await Promise.allSettled([
    backend.insert([named("first")], "1"),
    backend.insert(many("of a client before", named("another", undefined, "guest-key")), "2"),
    backend.insert(many("of a client just added", named("another", undefined, "key of first")), "3"),
    backend.insert(many("new", named("last")), "4"),
  ]);

  expect(outcomes).toMatchObject([
    { status: "fulfilled" },
    { reason: { code: "duplicate-key", clientIds: [4] } },
    { reason: { code: "duplicate-key", clientIds: [1001] } },
    { status: "fulfilled" },
  ]);
  expect((await lastNames(backend)).at(-1)).toEqual([1024, "last"]);
});

function certified(name: string, ...digits: readonly string[]): RecordDraft {
  const certificates = digits.map((digit) => ({ sha256: digit.repeat(64) }));
  const make = (id: ClientId) => ({
    client_id: id,
    api_key: `key of ${name}`,
    name,
    metadata: { hivemind_db: { certificates } },
  });
  return { make };
}

test("a certificate belongs to one client, also of those that are written together", async () => {
  const { backend } = await store();

  const outcomes = await Promise.allSettled([
    backend.insert([certified("first", "a")], "1"),
    backend.insert([certified("one more", "a")], "2"),
    backend.insert([certified("several", "b", "a")], "3"),
    backend.insert([certified("one", "c"), certified("another", "a")], "4"),
    backend.insert([certified("last", "d")], "5"),
  ]);

  const taken = { reason: { code: "duplicate-key", clientIds: [1001] } };
  expect(outcomes).toMatchObject([
    { value: [{ client_id: 1001, name: "first" }] },
    taken,
    taken,
    taken,
    { value: [{ client_id: 1002, name: "last" }] },
  ]);
});

test("an insert answers the records as they are read back", async () => {
  const { backend } = await store();

  const [added] = await backend.insert(
    [{ make: (id) => ({ client_id: id, api_key: "key", site_id: "kitchen" }) }],
    "1",
  );

  expect((await backend.get([1001])).get(1001)?.record).toEqual(added);
  expect(added).toMatchObject({ can_broadcast: true, allowed_types: [], metadata: { site_id: "kitchen" } });
});

test("an upgrade that fails leaves nothing of it, whoever writes first", async () => {
  const { path: file } = hub("v1");
  const path = file();
  run(path, [
    "CREATE TRIGGER refuse BEFORE UPDATE ON clients WHEN OLD.client_id = 4 BEGIN SELECT RAISE(ABORT, 'no'); END",
  ]);
  const before = select(path);
  const backend = await plugin.open(
    { name: "clients", subfolder: "hivemind-core" },
    { create: false, onNotice: () => undefined },
  );
  onTestFinished(() => backend.close());

  const outcomes = await Promise.allSettled([
    backend.insert([certified("first", "a")], "1"),
    backend.update(999_999, (now) => now),
  ]);

  expect(outcomes).toMatchObject([{ status: "rejected" }, { status: "fulfilled" }]);
  expect(select(path)).toEqual(before);
});

test("a row that a trigger of another program refuses is an error that says so", async () => {
  const { backend, path: file } = await store();
  run(file, [
    "CREATE TRIGGER refuse BEFORE INSERT ON clients WHEN NEW.name = 'refused' BEGIN SELECT RAISE(ABORT, 'no'); END",
  ]);

  const outcomes = await Promise.allSettled([
    backend.insert([named("first")], "1"),
    backend.insert([named("refused")], "2"),
  ]);

  const message = expect.stringMatching(
    /SQLITE_CONSTRAINT_TRIGGER.*a trigger or an index that is not ours/,
  ) as string;
  expect(outcomes).toMatchObject([
    { value: [{ client_id: 1001 }] },
    { reason: { name: "DbError", code: "corrupt", message } },
  ]);
});
