import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startCluster, startSentinelGroup, startTlsRedis, tell, tellAll, until } from "../src/main.ts";

const run = promisify(execFile);

async function ask(port: number, ...command: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${command.join(" ")}\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return String(answer);
}

test("a cluster of three masters and three replicas takes writes as soon as it has started", async () => {
  const cluster = await startCluster();

  const answers = await Promise.all(cluster.masters.map(({ port }) => ask(port, "SET", "{clients}", "1")));
  const roles = await Promise.all(cluster.replicas.map(({ port }) => ask(port, "INFO", "replication")));
  await cluster.stop();

  expect(answers.filter((answer) => answer === "+OK\r\n")).toHaveLength(1);
  expect(answers.filter((answer) => answer.startsWith("-MOVED"))).toHaveLength(2);
  for (const role of roles) expect(role).toMatch(/role:slave[^]*master_link_status:up/);
  for (const { server } of cluster.nodes) expect(existsSync(server.folder)).toBe(false);
});

test("three Sentinels name the replica when the primary has died", async () => {
  const group = await startSentinelGroup();
  const [sentinel] = group.sentinels;
  const master = () => ask(sentinel?.port ?? 0, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", group.masterName);
  expect(await master()).toContain(`\r\n${group.primary.port}\r\n`);

  await group.primary.kill();

  await expect.poll(master, { timeout: 10_000 }).toContain(`\r\n${group.replicas[0]?.port}\r\n`);
  await group.stop();
}, 20_000);

test("a server that comes back with nothing is the next master only when it has everything", async () => {
  const group = await startSentinelGroup();
  const [first, second] = [group.primary, group.replicas[0] ?? group.primary];
  // On one connection: a WAIT is about what its own has written.
  await tellAll(first, [
    ["SET", "key", "value"],
    ["WAIT", "1", "0"],
  ]);
  await first.kill();
  await until(second, "INFO replication", /role:master/);

  await group.rejoin(first, second);
  expect(await group.settled()).toEqual({ master: second, replica: first });
  await second.kill();
  await until(first, "INFO replication", /role:master/);

  expect(await tell(first, "GET key")).toBe("$5\r\nvalue\r\n");
  await group.stop();
}, 60_000);

test("a server with TLS lets nobody in without a certificate", async () => {
  const tls = await startTlsRedis();
  const { server, certificates } = tls;
  const verify = ["-connect", `127.0.0.1:${server.port}`, "-CAfile", certificates.ca, "-verify_return_error"];
  const { cert, key } = certificates.client;
  const ping = (...identity: readonly string[]) => {
    const asking = run("openssl", ["s_client", "-quiet", "-tls1_2", ...verify, ...identity], {
      timeout: 5000,
    });
    asking.child.stdin?.write("PING\r\nQUIT\r\n");
    return asking.then(
      ({ stdout }) => stdout,
      () => "refused",
    );
  };

  expect(await ping("-cert", cert, "-key", key)).toContain("+PONG");
  expect(await ping()).toBe("refused");
  await tls.stop();
});
