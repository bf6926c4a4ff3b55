import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Backend, Watch } from "../../backend/contract.ts";
import type { ClientId } from "../../client.ts";

/** Below the time that common runners give a test, so that the reason is what gets reported. */
const PATIENCE_MS = 4000;

/** What a feed has delivered. */
export class FeedLog {
  readonly deliveries: (readonly ClientId[] | "all")[] = [];
  #watch: Watch | undefined;

  /** Starts with the first proof behind it: a feed may say "all" when it begins. */
  static async of(backend: Backend): Promise<FeedLog> {
    const feed = new FeedLog();
    feed.#watch = await backend.watch((changed) => feed.deliveries.push(changed));
    await feed.catchUp();
    feed.deliveries.length = 0;
    return feed;
  }

  provenAt(): number {
    assert.ok(this.#watch, "the feed is closed");
    return this.#watch.provenAt();
  }

  /** Returns when the feed says that everything committed until now has been delivered. */
  async catchUp(): Promise<void> {
    const moment = performance.now();
    while (this.provenAt() <= moment) {
      assert.ok(performance.now() < moment + PATIENCE_MS, `provenAt() stood still for ${PATIENCE_MS} ms`);
      await delay(1);
    }
  }

  heardOf(id: ClientId): boolean {
    return this.deliveries.some((changed) => changed === "all" || changed.includes(id));
  }

  async close(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.close();
  }
}
