/**
 * Keys that the store has one of, and that hold another type of value. Everything that reads such a key fails
 * closed; a repair keeps what is there in another key, and builds it anew.
 */
import { isTombstone, parseClientId, parseRecord, SCHEMA } from "@hivemind/db-core/backend";
import type { Finding } from "@hivemind/db-core/backend";
import type { Argument, Reply } from "./connection.ts";
import { finding } from "./finding.ts";
import type { SingleKey } from "./keyspace.ts";
import { RecordReader } from "./record-reader.ts";
import type { RedisStore } from "./redis-backend.ts";
import { TEXTS } from "./scripts/types.ts";
import { SeenTexts } from "./seen-texts.ts";
import { foreignKeys, setAside } from "./set-aside.ts";
import type { KeyType } from "./set-aside.ts";
import { StoreIdentity } from "./store-identity.ts";

interface Expected {
  readonly key: SingleKey;
  readonly type: KeyType;
  readonly lost: string;
}

const EXPECTED: readonly Expected[] = [
  {
    key: "meta",
    type: "hash",
    lost: "The store gets an id again; a node that has seen another one has to be started anew.",
  },
  {
    key: "revoked",
    type: "set",
    lost: "Revocations are taken from the tombstones; whom another program has written back since is not among them, so look at what is kept.",
  },
  { key: "schemaVersion", type: "string", lost: "The records say which schema they have." },
  { key: "accessKeyRecords", type: "hash", lost: "Python hubs fill it again by themselves." },
  { key: "count", type: "string", lost: "The records are counted." },
  { key: "idSequence", type: "string", lost: "The highest id is taken." },
];

const AT_ONCE = 500;

/** Answers the store as the rest of an audit can read it: as if a key that stays damaged were not there. */
export async function* auditTypes(store: RedisStore, repair: boolean): AsyncGenerator<Finding, RedisStore> {
  const { keys, identity } = store;
  const found = await foreignKeys(
    store,
    EXPECTED.map(({ key, type }) => [keys[key], type] as const),
  );
  const foreign = EXPECTED.filter(({ key }) => found.some(([name]) => name === keys[key]));
  if (foreign.length === 0) return store;
  const past = pastDamage(
    store,
    foreign.map(({ key }) => key),
  );
  const damaged: SingleKey[] = [];
  for (const { key, type, lost } of foreign) {
    const isMended = repair && (await setAside(store, keys[key], type, await instead(past, identity, key)));
    if (!isMended) damaged.push(key);
    yield finding(
      "foreign-key",
      "error",
      `${keys[key].slice(keys.prefix.length + 1)} holds another type of value, and whatever needs it is refused. A repair keeps that under ${keys.prefix}:hivemind:damaged. ${lost}`,
      [],
      isMended,
    );
  }
  return damaged.length === 0 ? store : pastDamage(store, damaged);
}

function pastDamage(store: RedisStore, damaged: readonly SingleKey[]): RedisStore {
  const { connection } = store;
  const keys = store.keys.without(damaged);
  const identity = new StoreIdentity(connection, keys);
  const reader = new RecordReader(connection, keys, identity, new SeenTexts());
  return { ...store, keys, identity, reader };
}

/** What is to stand in the key: written in the same step that takes the other away. */
async function instead(
  past: RedisStore,
  identity: StoreIdentity,
  key: SingleKey,
): Promise<readonly Argument[]> {
  if (key === "meta") {
    const [known, fresh] = identity.args;
    return ["store_id", known === "" || known === undefined ? (fresh ?? "") : known, "layout", "1"];
  }
  if (key !== "revoked" && key !== "schemaVersion") return [];
  const dead: number[] = [];
  let isOld = false;
  for await (const { name, text } of texts(past)) {
    const { record } = parseRecord(parseClientId(name), text);
    if (record === undefined) continue;
    if (isTombstone(record)) dead.push(record.client_id);
    isOld ||= OLD_LISTS.some((list) => Object.hasOwn(record, list));
  }
  if (key === "revoked") return dead;
  // Absent means 1: then `migrate` has something to do, and does it.
  return isOld ? [] : [SCHEMA];
}

/** Schema-1 hubs always write them, if only as null. */
const OLD_LISTS = ["intent_blacklist", "skill_blacklist", "message_blacklist"];

/** As they are: what counts as revoked is not known here. */
async function* texts({
  connection,
  keys,
  reader,
}: RedisStore): AsyncGenerator<{ readonly name: string; readonly text: string }> {
  const names = await reader.names();
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const records = some.map((name) => keys.client(name));
    const found = (await connection.run(TEXTS, records, [])) as readonly Reply[];
    for (const [i, name] of some.entries()) {
      const text = found[i];
      if (typeof text === "string") yield { name, text };
    }
  }
}
