import { expect, it, onTestFinished } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import { hubWithClients } from "./support/hub.ts";
import type { Hub } from "./support/hub.ts";
import { MODULES } from "./support/stores.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

async function hubOnRedis(): Promise<{ readonly hub: Hub; readonly port: number }> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const { port } = server;
  return { hub: hubWithClients("v2").withOptions({ port }, MODULES.redis), port };
}

it("copies a Redis store to a hash tag, after a dry run that writes nothing, and says what to do next", async () => {
  const { hub, port } = await hubOnRedis();
  await runCli(hub, ["add-client", "--name", "lamp"]);

  const dry = await runCli(hub, ["convert", "--dry-run"]);
  const done = await runCli(hub, ["convert"]);
  const again = await runCli(hub, ["convert", "--json"]);
  const other = await runJson(hub, ["convert", "--to-tag", "other"]);
  hub.withOptions({ port, cluster_hash_tag: "clients" }, MODULES.redis);
  const clients = await runJson<{ name: string }[]>(hub, ["list-clients"]);

  expect(dry).toMatchObject({ code: 0, stdout: "" });
  expect(dry.stderr).toContain("1 clients (0 of them revoked)");
  expect(dry.stderr).toContain("Nothing was written.");
  expect(done.stderr).toContain("Copied 1 clients");
  expect(done.stderr).toContain("from client to client:{clients}, and compared them.");
  expect(done.stderr).toContain("Set the hash tag");
  expect(again.code).toBe(2);
  expect(errorOf(again).message).toContain("already");
  expect(other).toMatchObject({ from: "client", to: "client:{other}", isDone: true, records: 1 });
  expect(clients).toMatchObject([{ name: "lamp" }]);
});

it("says where there is nothing to convert", async () => {
  const outcome = await runCli(hubWithClients("v2"), ["convert", "--json"]);

  expect(outcome.code).toBe(6);
  expect(errorOf(outcome)).toMatchObject({ code: "unsupported" });
});
