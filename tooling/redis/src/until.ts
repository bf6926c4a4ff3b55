/** Waits until a server says so. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisServer } from "./server.ts";
import { tell } from "./tell.ts";

const AGAIN_MS = 20;
const LONGEST_MS = 30_000;

/** `command` as redis-cli takes it. A server that does not answer just now is asked again. */
export async function until(server: RedisServer, command: string, pattern: RegExp): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  for (;;) {
    const said = await tell(server, command).catch(String);
    if (pattern.test(said)) return;
    if (performance.now() > deadline)
      throw new Error(`the server does not come to ${String(pattern)}: ${command} says ${said}`);
    await delay(AGAIN_MS);
  }
}
