/** Hears from Sentinels that a master has been replaced, so that nobody has to run into the old one first. */
import type { ServerOptions } from "./driver.ts";
import { Subscriber } from "./subscriber.ts";

const CHANNEL = "+switch-master";

export class SentinelWatch {
  readonly #subscribers: readonly Subscriber[];

  /** `servers`: the Sentinels. */
  constructor(servers: readonly ServerOptions[], masterName: string, onSwitch: () => void) {
    this.#subscribers = servers.map((server) => {
      const subscriber: Subscriber = new Subscriber(server, {
        // Where it may not subscribe, what it cannot tell is found out with the next command.
        ready: () => void subscriber.ask("subscribe", CHANNEL).catch(() => undefined),
        closed: () => undefined,
        message: (message) => {
          if (typeof message === "string" && message.startsWith(`${masterName} `)) onSwitch();
        },
      });
      return subscriber;
    });
  }

  start(): void {
    for (const subscriber of this.#subscribers) subscriber.connect();
  }

  close(): void {
    for (const subscriber of this.#subscribers) subscriber.close();
  }
}
