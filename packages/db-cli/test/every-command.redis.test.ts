import { afterAll, beforeAll, describe } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { everyCommandWorks } from "./support/every-command.ts";

describe("on a real Redis server", () => {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis();
  }, 60_000);
  afterAll(() => server?.stop());

  everyCommandWorks(() => ({ name: "redis", options: [`port=${server?.port ?? 0}`] }));
});
