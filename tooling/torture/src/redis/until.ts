/** Waits until a server says so. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisServer } from "../../../redis/src/main.ts";
import { tell } from "./tell.ts";

const AGAIN_MS = 20;
const LONGEST_MS = 30_000;

/** A server that does not answer just now is asked again. */
export async function until(server: RedisServer, section: string, pattern: RegExp): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  while (!pattern.test(await tell(server, `INFO ${section}`).catch(() => ""))) {
    if (performance.now() > deadline) throw new Error(`the server does not come to ${String(pattern)}`);
    await delay(AGAIN_MS);
  }
}
