import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startRedis } from "../src/main.ts";

const CHILD = fileURLToPath(new URL("start-and-wait.process.ts", import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ping(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write("PING\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return String(answer);
}

test("a server answers, is killed, comes back at its place, and leaves nothing behind", async () => {
  const server = await startRedis({ appendonly: "yes" });
  expect(await ping(server.port)).toBe("+PONG\r\n");

  await server.kill();
  expect(isAlive(server.pid)).toBe(false);
  await server.start();
  expect(await ping(server.port)).toBe("+PONG\r\n");

  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(server.folder)).toBe(false);
});

test("a server ends with the process that started it, also when that is killed, and when the server is stopped", async () => {
  const child = fork(CHILD, {
    execArgv: ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"],
  });
  const [message] = (await once(child, "message")) as [{ pid: number; port: number; folder: string }];
  const { pid, port, folder } = message;
  expect(await ping(port)).toBe("+PONG\r\n");
  process.kill(pid, "SIGSTOP");

  child.kill("SIGKILL");

  await expect.poll(() => isAlive(pid)).toBe(false);
  await expect.poll(() => existsSync(folder)).toBe(false);
});
