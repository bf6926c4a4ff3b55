/** Members of a unique set that do not have the value, and change while they are being looked at. */
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../src/connect.ts";
import type { Reply } from "../src/connection.ts";
import { Inserter } from "../src/inserter.ts";
import { Keyspace } from "../src/keyspace.ts";
import { RecordReader } from "../src/record-reader.ts";
import { SeenTexts } from "../src/seen-texts.ts";
import { Steps } from "../src/steps.ts";
import { StoreIdentity } from "../src/store-identity.ts";
import { Updater } from "../src/updater.ts";
import { Writer } from "../src/writer.ts";
import { testOptions } from "./support/options.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
/** Enough for any order in which these can be named. */
const MOST_CALLS = 10;

/** When they have been named for the first time, somebody else changes client 2. */
class Overtaken extends Writer {
  #calls = 0;
  #isChanged = false;

  override async run(...call: Parameters<Writer["run"]>): Promise<Reply> {
    this.#calls += 1;
    if (this.#calls > MOST_CALLS) throw new Error(`still going after ${MOST_CALLS} calls`);
    const reply = await super.run(...call);
    if (!this.#isChanged && JSON.stringify(reply).includes('"clash"')) {
      this.#isChanged = true;
      await redis.admin.append("client:client:2", " ");
    }
    return reply;
  }
}

function named(id: ClientId): StoredRecord {
  return { client_id: id, api_key: "new", name: "" };
}

async function overtaken() {
  const db = await redis.open();
  await db.addClients([{ accessKey: "one" }, { accessKey: "two" }, { accessKey: "three" }]);
  await redis.admin.sadd("client:api_key:new", 2, 3);
  const connection = await connect(testOptions({ port: redis.server.port }), () => undefined);
  onTestFinished(() => connection.close());
  const keys = new Keyspace("client", undefined);
  const identity = new StoreIdentity(connection, keys);
  await identity.look();
  const reader = new RecordReader(connection, keys, identity, new SeenTexts());
  const writer = new Overtaken(connection, keys, identity, undefined);
  const steps = new Steps(connection, keys, writer);
  return {
    updater: new Updater(writer, connection.location, keys, identity, reader, steps),
    inserter: new Inserter(writer, connection.location, keys, identity, reader),
  };
}

test("a change passes over them", async () => {
  const { updater } = await overtaken();

  const changed = await updater.update(1, (now) => ({ ...now, api_key: "new" }));

  expect(changed).toMatchObject({ api_key: "new" });
});

test("an insert passes over them", async () => {
  const { inserter } = await overtaken();

  expect(await inserter.insert([{ make: named }], "token")).toMatchObject([{ client_id: 4, api_key: "new" }]);
});
