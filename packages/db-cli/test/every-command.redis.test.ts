import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { everyCommandWorks } from "./support/every-command.ts";
import { Hub } from "./support/hub.ts";
import { runCli } from "./support/run-cli.ts";

describe("on a real Redis server", () => {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis();
  }, 60_000);
  afterAll(() => server?.stop());

  it("doctor and health warn of a server that keeps nothing on a disk", async () => {
    const hub = new Hub().withOptions(
      { port: server?.port ?? 0, index_prefix: "own" },
      "hivemind-redis-db-plugin",
    );
    await runCli(hub, ["add-client", "--name", "one"]);
    const { code, stdout } = await runCli(hub, ["doctor", "--json"]);
    expect(code).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: readonly object[] };
    expect(findings).toContainEqual(expect.objectContaining({ code: "store-at-risk", severity: "warning" }));
    expect((await runCli(hub, ["health"])).stdout).toMatch(/warning +Redis keeps nothing/);
  });

  everyCommandWorks(() => ({ name: "redis", options: [`port=${server?.port ?? 0}`] }));
});
