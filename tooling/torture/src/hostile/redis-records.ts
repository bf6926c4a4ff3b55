/** What another program has written into Redis, where clients are looked for. */
import redis from "@hivemind/db-redis";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import * as fc from "fast-check";
import { startRedis, tell, tellAll } from "../../../redis/src/main.ts";
import { promise } from "../trial.ts";
import { oddJson, record, text } from "./arbitraries.ts";
import { readEverything } from "./files.ts";
import { onlyOurs } from "./only-ours.ts";
import type { Surface } from "./surface.ts";

const GOOD = '{"client_id":1,"api_key":"key 1","name":"one","allowed_types":["speak"],"metadata":{}}';
const KEYS = [
  "client:1",
  "client:2",
  "client:3",
  "client:03",
  "client:-1",
  "client:x",
  "client:99999999999999999999",
  "client:",
  "api_key:key 1",
  "api_key:",
  "api_key:revoked",
  "name:one",
  "idx:1",
  "api_key_records",
  "count",
  "id_seq",
  "revoked",
  "schema_version",
  "hivemind:meta",
].map((key) => `client:${key}`);

type Command = readonly [string, ...(string | Buffer)[]];

const value: fc.Arbitrary<string | Buffer> = fc.oneof(
  { weight: 4, arbitrary: record.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: oddJson },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom("1", "2", "01", "-1", "1e3", "__hivemind_creating__") },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);
const written: fc.Arbitrary<Command> = fc
  .tuple(fc.constantFrom("SET", "SET", "SADD", "HSET", "RPUSH"), fc.constantFrom(...KEYS), value, value)
  .map(([command, key, one, other]) => [command, key, one, ...(command === "HSET" ? [other] : [])]);
const unkeyed = fc.array(written, { maxLength: 6 }).map((all) =>
  // One kind of value a key: else the second command is refused, and nothing was tried.
  [...new Map(all.map((command) => [String(command[1]), command])).values()],
);

export const redisRecords: Surface = {
  name: "records in Redis",
  atOnce: 8,
  proves: "whatever is in any key: answers or our own errors, nobody is let in, and reading writes nothing",
  prepare: async () => {
    const server = await startRedis({ "enable-debug-command": "yes" });
    const options = { host: server.host, port: server.port };
    return {
      property: fc.asyncProperty(unkeyed, async (commands) => {
        const good = [
          ["SET", "client:client:1", GOOD],
          ["SADD", "client:api_key:key 1", "1"],
        ].filter(([, key]) => !commands.some(([, taken]) => taken === key));
        await tellAll(server, [["FLUSHALL"], ...good, ...commands]);
        const before = await tell(server, "DEBUG DIGEST");
        await onlyOurs(() => readEverything(redis as BackendPlugin, options));
        promise((await tell(server, "DEBUG DIGEST")) === before, () => "reading has changed what is stored");
      }) as never,
      dispose: () => server.stop(),
    };
  },
};
