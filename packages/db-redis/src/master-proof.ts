/** Is it still the master? A server that has been replaced may be the last one to hear of it. */
import { infoFields } from "./info-fields.ts";
import { replyCode } from "./reply-error.ts";
import { unbounded } from "./route.ts";
import type { Freshness, Way } from "./route.ts";
import { isReply, NotSent } from "./server-link.ts";
import type { ServerLink } from "./server-link.ts";

/** What the server asks of its replicas before it takes a write. */
interface Demand {
  /** `undefined`: this user may not ask for it, or the server does not say. */
  readonly replicas: number | undefined;
  readonly maxLagS: number;
}

const UNKNOWN: Demand = { replicas: undefined, maxLagS: 0 };

export class MasterProof {
  readonly link: ServerLink;
  /** As many as the Sentinels know of: any of them could be made the master. */
  replicas = 0;
  readonly #leaseMs: number;
  #provenAt = Number.NEGATIVE_INFINITY;
  #session = -1;
  #demand = UNKNOWN;
  /** The connection whose user may not ask for it. Asked again and again, it would fill the server's ACL log. */
  #refusedOn: number | undefined;
  #asking: Promise<Way> | undefined;

  constructor(link: ServerLink, leaseMs: number) {
    this.link = link;
    this.#leaseMs = leaseMs;
  }

  /** With a proof that is not older than the lease; `undefined`: it has to be asked. */
  freshWay(): Way | undefined {
    const isFresh =
      performance.now() - this.#provenAt <= this.#leaseMs && this.#session === this.link.session;
    return isFresh ? { link: this.link, session: this.#session } : undefined;
  }

  /** Asked by several at once, it is asked once. */
  provenWay(): Promise<Way> {
    this.#asking ??= this.prove().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /**
   * Any replica that is made the master stops to answer for this one, which then lacks one of those that it
   * demands: if it demands them all.
   */
  get freshness(): Freshness {
    const { replicas, maxLagS } = this.#demand;
    if (replicas === undefined)
      return unbounded("CONFIG GET min-replicas-to-write is refused, or answered with nothing");
    if (replicas === 0 || maxLagS === 0) return unbounded("min-replicas-to-write is 0");
    if (replicas < this.replicas) {
      return unbounded(`min-replicas-to-write is ${replicas}, and the master has ${this.replicas} replicas`);
    }
    return {
      addedMs: (maxLagS + 1) * 1000,
      why: `min-replicas-to-write is ${replicas}, with a lag of ${maxLagS} s`,
    };
  }

  /** Asks now. */
  async prove(): Promise<Way> {
    const askedAt = performance.now();
    const isRefused = this.#refusedOn === this.link.session;
    // In one round trip, and with every proof: an operator can set it at any time.
    const [info, demand] = await Promise.all([
      this.link.send(["info", "replication"]),
      isRefused ? UNKNOWN : this.#demanded(),
    ]);
    const fields = infoFields(String(info));
    const { session } = this.link;
    if (fields.get("role") !== "master")
      throw new NotSent(`redis at ${this.link.location} is not the master any more`);
    this.#demand = demand;
    const { replicas = 0, maxLagS } = demand;
    // Said only where there is a demand; of one that was made between the two questions nothing is known.
    const unsaid = replicas > 0 && maxLagS > 0 ? 0 : Number.POSITIVE_INFINITY;
    const good = Number(fields.get("min_slaves_good_slaves") ?? unsaid);
    if (good < replicas) {
      throw new NotSent(
        `redis at ${this.link.location} has ${good} replicas in reach and demands ${replicas} (min-replicas-to-write), so another server may be the master by now`,
      );
    }
    this.#session = session;
    this.#provenAt = askedAt;
    return { link: this.link, session };
  }

  async #demanded(): Promise<Demand> {
    try {
      const reply = (await this.link.send(["config", "get", "min-replicas-*"])) as readonly string[];
      const setting = (name: string): number | undefined => {
        const at = reply.indexOf(name);
        return at === -1 ? undefined : Number(reply[at + 1]);
      };
      return { replicas: setting("min-replicas-to-write"), maxLagS: setting("min-replicas-max-lag") ?? 0 };
    } catch (error) {
      // Hosted servers keep CONFIG to themselves, or have none.
      if (!isReply(error) || !["NOPERM", "ERR"].includes(replyCode(error.message))) throw error;
      this.#refusedOn = this.link.session;
      return UNKNOWN;
    }
  }
}
