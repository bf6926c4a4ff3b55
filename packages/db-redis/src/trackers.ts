/** A tracking connection to each server that has clients, or can have them next: every master of a cluster. */
import type { ServerOptions } from "./driver.ts";
import { locationOf } from "./location.ts";
import { TrackingConnection } from "./tracking-connection.ts";

export interface TrackerEvents {
  armed(tracker: TrackingConnection): unknown;
  lost(tracker: TrackingConnection): unknown;
  message(keys: readonly string[] | "all"): void;
}

export class Trackers {
  readonly #prefix: string;
  readonly #events: TrackerEvents;
  readonly #byLocation = new Map<string, TrackingConnection>();

  constructor(prefix: string, events: TrackerEvents) {
    this.#prefix = prefix;
    this.#events = events;
  }

  /** To these servers, and to no others. */
  track(servers: readonly ServerOptions[]): void {
    const wanted = new Map(servers.map((options) => [locationOf(options), options]));
    for (const [location, tracker] of this.#byLocation) {
      if (wanted.has(location)) continue;
      this.#byLocation.delete(location);
      tracker.close();
    }
    for (const [location, options] of wanted)
      if (!this.#byLocation.has(location)) this.#byLocation.set(location, this.#connect(location, options));
  }

  /** That of one server; `undefined`: there is none. */
  of(options: ServerOptions): TrackingConnection | undefined {
    return this.#byLocation.get(locationOf(options));
  }

  /** A PING on each: who stands still is found before it has clients. */
  ping(): void {
    for (const tracker of this.#byLocation.values()) void tracker.ping();
  }

  close(): void {
    this.track([]);
  }

  #connect(location: string, options: ServerOptions): TrackingConnection {
    // What one says that was closed concerns nobody.
    const ifTracked = (tell: () => void): void => {
      if (this.#byLocation.get(location) === tracker) tell();
    };
    const tracker = new TrackingConnection(options, this.#prefix, {
      armed: () => ifTracked(() => this.#events.armed(tracker)),
      lost: () => ifTracked(() => this.#events.lost(tracker)),
      message: (keys) => ifTracked(() => this.#events.message(keys)),
    });
    return tracker;
  }
}
