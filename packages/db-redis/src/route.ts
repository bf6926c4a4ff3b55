/** Which server takes the commands: one alone, the master that Sentinels name, or the one that has the slot. */
import type { ServerLink } from "./server-link.ts";

/** Where a command is sent to. */
export interface Way {
  readonly link: ServerLink;
  /** What is known of this server holds for this connection alone. */
  readonly session?: number;
}

/** Asking who the master is takes no longer, or has no answer. */
export const LOOK_MS = 1000;

/** What the topology adds to the time in which a change goes unseen; `null`: no bound. */
export interface Freshness {
  readonly addedMs: number | null;
  /** For an operator: why this is so. */
  readonly why: string;
}

export function unbounded(why: string): Freshness {
  return { addedMs: null, why };
}

export interface Route {
  readonly kind: "single" | "sentinel" | "cluster";
  /** The addresses, without a password. */
  readonly location: string;
  /** Another number whenever something may have been written or read at another server than before. */
  readonly epoch: number;
  /** As far as it is known yet. */
  readonly freshness: Freshness;
  /** The slot of the clients. */
  home: number;
  /** To the master of a slot; without a cluster every slot has the same. */
  way(slot: number): Way | Promise<Way>;
  /** To each master that has slots, or is just given the clients; that of the slot first. */
  masters(slot: number): Promise<readonly Way[]>;
  /** To everyone who can have keys: also to masters that have no slot yet. */
  members(): Promise<readonly Way[]>;
  /** A server says that another one has the slot, or that one key of it is there already. */
  redirected(slot: number, address: string, isWholeSlot: boolean): ServerLink;
  /** Asks anew who the master is, within `LOOK_MS`. Where nobody knows, nothing changes. It never throws. */
  look(): Promise<void>;
  /**
   * Is this server, now, the one and only place where the keys of this slot are written? Throws where it sends us
   * elsewhere.
   */
  proves(way: Way, unusedKey: string): Promise<boolean>;
  close(): Promise<void>;
}

/** One server, whatever becomes of it. */
export class SingleRoute implements Route {
  readonly kind = "single";
  readonly epoch = 0;
  home = 0;
  readonly freshness = { addedMs: 0, why: "one server, which proves itself" };
  readonly #way: Way;

  constructor(link: ServerLink) {
    this.#way = { link };
  }

  get location(): string {
    return this.#way.link.location;
  }

  way(): Way {
    return this.#way;
  }

  masters(): Promise<readonly Way[]> {
    return Promise.resolve([this.#way]);
  }

  members(): Promise<readonly Way[]> {
    return this.masters();
  }

  redirected(): ServerLink {
    return this.#way.link;
  }

  look(): Promise<void> {
    return Promise.resolve();
  }

  proves(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return this.#way.link.close();
  }
}
