/** A server, or what is between it and us, that has gone mad: every answer is bounded, and none lets anybody in. */
import { openDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import redis from "@hivemind/db-redis";
import * as fc from "fast-check";
import { startRedis } from "../../../redis/src/main.ts";
import { netProxy } from "../../../test-support/src/net-proxy.ts";
import { promise } from "../trial.ts";
import { text } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import type { Surface } from "./surface.ts";

const GIVE_UP_MS = 60;
/** Of a server that is as it should be. */
const PATIENT_MS = 5000;

const line = text.map((value) => value.replaceAll(/[\r\n]/g, " "));
const reply: fc.Arbitrary<string> = fc.letrec<{ reply: string; list: string }>((tie) => ({
  reply: fc.oneof(
    { depthSize: "small" },
    line.map((value) => `+${value}\r\n`),
    line.map((value) => `-ERR ${value}\r\n`),
    fc.constantFrom(
      "-LOADING x\r\n",
      "-NOAUTH x\r\n",
      "-MOVED 1 127.0.0.1:1\r\n",
      "-READONLY x\r\n",
      "-OOM x\r\n",
    ),
    fc.bigInt().map((value) => `:${value}\r\n`),
    fc.constantFrom(
      "$-1\r\n",
      "*-1\r\n",
      "_\r\n",
      "#t\r\n",
      ",1.5\r\n",
      "%0\r\n",
      "$99999999\r\n",
      "*999999999\r\n",
    ),
    text.map((value) => `$${Buffer.byteLength(value)}\r\n${value}\r\n`),
    tie("list"),
  ),
  list: fc.array(tie("reply"), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join("")}`),
})).reply;
/** What comes in the place of one reply after the other. */
const answers = fc.array(fc.oneof({ weight: 8, arbitrary: reply }, { weight: 1, arbitrary: fc.string() }), {
  minLength: 1,
  maxLength: 4,
});

export const redisReplies: Surface = {
  name: "replies of a server",
  atOnce: 8,
  proves: "any bytes in the place of any reply are an error of ours in bounded time, and let nobody in",
  prepare: async () => {
    const server = await startRedis();
    const seeded = await open(server.port, PATIENT_MS);
    await seeded.addClients([{ accessKey: "key of one" }, { accessKey: "key of two" }]);
    await seeded.close();
    const proxy = await netProxy(server);
    return {
      property: fc.asyncProperty(answers, fc.nat({ max: 14 }), async (some, start) => {
        let replies = 0;
        proxy.alter((said) => some[replies++ - start] ?? said);
        await onlyOurs(() => use(proxy.port));
        proxy.cut();
      }) as never,
      dispose: async () => {
        await proxy.close();
        await server.stop();
      },
    };
  },
};

async function use(port: number): Promise<void> {
  const db = await open(port);
  try {
    for (const accessKey of ["key of one", "nobody's key"]) {
      const verdict = await onlyOurs(() => db.authenticate({ accessKey }));
      const admitted = verdict?.allowed === true ? verdict.client.id : undefined;
      promise(
        admitted === undefined || (admitted === 1 && accessKey === "key of one"),
        () => `${accessKey} was admitted as client ${admitted}`,
      );
    }
    await onlyOurs(() => Array.fromAsync(db.listClients()));
    await onlyOurs(() => db.updateClient(2, { description: "changed" }));
    await onlyOurs(() => db.health());
  } finally {
    await db.close();
  }
}

function open(port: number, giveUpMs = GIVE_UP_MS): Promise<ClientDatabase> {
  const options = { host: "127.0.0.1", port, connect_timeout_ms: giveUpMs, command_timeout_ms: giveUpMs };
  return openDatabase(
    { database: { module: redis.name, [redis.name]: { ...options, retry_attempts: 1 } } },
    { plugins: [redis], create: true },
  );
}
