/**
 * The masters of a cluster, and which of them has a slot.
 * Over 200 lines: every method uses what the others have learnt of that.
 */
import { setTimeout as delay } from "node:timers/promises";
import { DbError } from "@hivemind/db-core/backend";
import { addressOf, placeIn } from "./address.ts";
import type { Place } from "./address.ts";
import type { ReadyOptions } from "./certificates.ts";
import { mastersWithoutSlots } from "./cluster-members.ts";
import { NodeTimeout } from "./node-timeout.ts";
import { replyCode } from "./reply-error.ts";
import { text } from "./reply-shape.ts";
import { LOOK_MS } from "./route.ts";
import type { Freshness, Route, Way } from "./route.ts";
import { isReply, NotSent, ServerLink } from "./server-link.ts";
import type { Reply } from "./server-link.ts";
import { slotOf } from "./slot.ts";
import { slotRanges } from "./slot-ranges.ts";
import type { SlotRange } from "./slot-ranges.ts";

/** So many nodes are asked at once who has which slot; the first answer counts. */
const ASK_AT_ONCE = 4;

export class ClusterRoute implements Route {
  readonly kind = "cluster";
  readonly location: string;
  readonly #options: ReadyOptions;
  readonly #seeds: readonly Place[];
  readonly #links = new Map<string, ServerLink>();
  #ranges: readonly SlotRange[] = [];
  /** What servers have said since the last look at all of it. */
  readonly #moved = new Map<number, string>();
  /** Where slots are just being moved to. */
  readonly #moving = new Map<number, string>();
  #epoch = 0;
  readonly #nodeTimeout = new NodeTimeout();
  #home = 0;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ReadyOptions, seeds: readonly Place[]) {
    this.#options = options;
    this.#seeds = seeds;
    const scheme = options.tls === undefined ? "redis" : "rediss";
    this.location = `${scheme}://${seeds.map(addressOf).join(",")}`;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get freshness(): Freshness {
    return this.#nodeTimeout.freshness;
  }

  get home(): number {
    return this.#home;
  }

  set home(slot: number) {
    const isKnown = this.#ranges.length > 0 && slot !== this.#home;
    this.#home = slot;
    // What its master says is not known.
    if (isKnown) void this.look();
  }

  way(slot: number): Way | Promise<Way> {
    const master = this.#masterOf(slot);
    return master === undefined ? this.#find(slot) : { link: this.#link(placeIn(master)) };
  }

  async masters(slot: number): Promise<readonly Way[]> {
    const first = await this.way(slot);
    const others = new Set(this.#ranges.map(({ master }) => master));
    // A new one has no slot before the first has been moved to it.
    const next = this.#moving.get(slot);
    if (next !== undefined) others.add(next);
    others.delete(addressOf(first.link.options));
    return [first, ...[...others].map((master) => ({ link: this.#link(placeIn(master)) }))];
  }

  /** Who gives a slot away knows to whom, so all that have slots are asked. */
  async members(): Promise<readonly Way[]> {
    const masters = await this.masters(this.#home);
    const asking = masters.map(({ link }) => link.send(["cluster", "nodes"], { shapes: [text] }));
    const others = new Set<string>();
    for (const reply of await Promise.all(asking))
      for (const address of mastersWithoutSlots(String(reply), this.#ranges)) others.add(address);
    for (const { link } of masters) others.delete(addressOf(link.options));
    return [...masters, ...[...others].map((address) => ({ link: this.#link(placeIn(address)) }))];
  }

  redirected(slot: number, address: string, isWholeSlot: boolean): ServerLink {
    const said = isWholeSlot ? this.#moved : this.#moving;
    const known = isWholeSlot ? this.#masterOf(slot) : said.get(slot);
    // It is said again of each key that has been moved already, and who is not ready for a move sends us back.
    if (known !== address) {
      this.#epoch += 1;
      said.set(slot, address);
      if (isWholeSlot) this.#moving.delete(slot);
    }
    if (isWholeSlot) void this.look();
    return this.#link(placeIn(address));
  }

  async look(): Promise<void> {
    // Many do not wait for it: it never throws. Whoever needs a master that is not known hears why.
    this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  /**
   * A key that is never there: while the slot is being moved, its master sends us away for what it has not;
   * after that, and when it has been replaced or has lost the others, for everything.
   */
  async proves({ link }: Way, unusedKey: string): Promise<boolean> {
    const hasAll = (await link.send(["exists", unusedKey])) === 0;
    // A move that is over, or was given up: something may have been read, and written, where it went.
    if (hasAll && this.#moving.delete(slotOf(unusedKey))) this.#epoch += 1;
    return hasAll;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  #masterOf(slot: number): string | undefined {
    const moved = this.#moved.get(slot);
    if (moved !== undefined) return moved;
    return this.#ranges.find(({ first, last }) => slot >= first && slot <= last)?.master;
  }

  async #find(slot: number): Promise<Way> {
    await this.look();
    const master = this.#masterOf(slot);
    // Nobody has answered: this one says why.
    if (master === undefined && this.#ranges.length === 0) throw await this.#nobody();
    if (master === undefined) {
      throw new DbError("unreachable", `no node of the cluster at ${this.location} serves the slot ${slot}`);
    }
    return { link: this.#link(placeIn(master)) };
  }

  async #nobody(): Promise<Error> {
    const [place] = this.#seeds;
    try {
      if (place !== undefined) await this.#ask(place);
    } catch (error) {
      if (!isReply(error) || replyCode(error.message) !== "ERR") throw error;
      const message = `redis at ${this.#link(place as Place).location} is not a node of a cluster: name it with host, not in cluster_nodes`;
      return new DbError("invalid", message);
    }
    return new NotSent(`no node of the cluster at ${this.location} answers`);
  }

  async #look(): Promise<void> {
    const known = new Map(
      [...this.#ranges.map(({ master }) => placeIn(master)), ...this.#seeds].map((place) => [
        addressOf(place),
        place,
      ]),
    );
    const end = delay(LOOK_MS, undefined, { ref: false });
    const places = [...known.values()];
    while (places.length > 0 && !this.#isClosed) {
      const asking = Promise.any(places.splice(0, ASK_AT_ONCE).map((place) => this.#ask(place)));
      // None of these: the next ones. Whoever needs a master that nobody names gets the error of a node.
      const ranges = await Promise.race([asking.catch(() => undefined), end.then(() => "late" as const)]);
      if (ranges === "late" || this.#isClosed) return;
      if (ranges === undefined) continue;
      this.#adopt(ranges);
      const isFirst = !this.#nodeTimeout.isAsked;
      const linkTo = (master: string): ServerLink => this.#link(placeIn(master));
      const learning = this.#nodeTimeout.learn(this.#masterOf(this.#home), linkTo);
      // A store that has just been opened knows it. Later nobody waits for a master that may be dead.
      if (isFirst) await Promise.race([learning, end]);
      return;
    }
  }

  async #ask(place: Place): Promise<readonly SlotRange[]> {
    return slotRanges((await this.#link(place).send(["cluster", "slots"])) as readonly Reply[], place);
  }

  #adopt(ranges: readonly SlotRange[]): void {
    if (JSON.stringify(ranges) !== JSON.stringify(this.#ranges)) this.#epoch += 1;
    this.#ranges = ranges;
    this.#moved.clear();
    const masters = ranges.map(({ master }) => master);
    // A new one has no slot before the first has been moved to it.
    const kept = new Set([...masters, ...this.#seeds.map(addressOf), ...this.#moving.values()]);
    for (const [address, link] of this.#links) {
      if (kept.has(address)) continue;
      this.#links.delete(address);
      void link.replaced();
    }
  }

  #link({ host, port }: Place): ServerLink {
    const address = addressOf({ host, port });
    const known = this.#links.get(address);
    if (known !== undefined) return known;
    const link = new ServerLink({ ...this.#options, host, port, db: 0 });
    this.#links.set(address, link);
    return link;
  }
}
