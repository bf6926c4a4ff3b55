/** Hears from Sentinels that a master has been replaced, so that nobody has to run into the old one first. */
import type { Redis } from "ioredis";
import { makeDriver } from "./driver.ts";
import type { ServerOptions } from "./driver.ts";

const CHANNEL = "+switch-master";

export class SentinelWatch {
  readonly #drivers: readonly Redis[];

  /** `servers`: the Sentinels. */
  constructor(servers: readonly ServerOptions[], masterName: string, onSwitch: () => void) {
    this.#drivers = servers.map((server) => {
      const driver = makeDriver(server);
      // It tries again by itself, and what it cannot tell is found out with the next command.
      driver.on("error", () => undefined);
      driver.on("ready", () => void driver.subscribe(CHANNEL).catch(() => undefined));
      driver.on("message", (_channel: string, message: string) => {
        if (message.startsWith(`${masterName} `)) onSwitch();
      });
      return driver;
    });
  }

  start(): void {
    for (const driver of this.#drivers) if (driver.status === "wait") driver.connect().catch(() => undefined);
  }

  close(): void {
    for (const driver of this.#drivers) driver.disconnect();
  }
}
