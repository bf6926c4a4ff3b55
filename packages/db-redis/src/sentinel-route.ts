/** The master that Sentinels name, as long as it proves to be one. */
import { setTimeout as delay } from "node:timers/promises";
import { DbError, isDbError } from "@hivemind/db-core/backend";
import { addressOf, isPort } from "./address.ts";
import type { Place } from "./address.ts";
import { MasterProof } from "./master-proof.ts";
import type { ReadyOptions, ReadySentinels } from "./certificates.ts";
import { LOOK_MS, unbounded } from "./route.ts";
import type { Freshness, Route, Way } from "./route.ts";
import { SentinelWatch } from "./sentinel-watch.ts";
import { replyCode } from "./reply-error.ts";
import { isReply, NotSent, ServerLink } from "./server-link.ts";
import type { Reply } from "./server-link.ts";

interface Named {
  readonly place: Place;
  /** Higher with every failover. */
  readonly epoch: number;
  readonly replicas: number;
}

/** After one Sentinel has answered, the others have so long to know better. */
const BETTER_MS = 100;

export class SentinelRoute implements Route {
  readonly kind = "sentinel";
  readonly location: string;
  home = 0;
  readonly #options: ReadyOptions;
  readonly #masterName: string;
  readonly #sentinels: readonly ServerLink[];
  readonly #watch: SentinelWatch;
  #master: MasterProof | undefined;
  #epoch = 0;
  /** Of the newest failover that was followed: a Sentinel that is cut off goes on naming the master before it. */
  #followed = 0;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ReadyOptions, { places, masterName, username, password, tls }: ReadySentinels) {
    this.#options = options;
    this.#masterName = masterName;
    const servers = places.map((place) => ({ ...options, ...place, username, password, tls, db: 0 }));
    this.#sentinels = servers.map((server) => new ServerLink(server));
    this.#watch = new SentinelWatch(servers, masterName, () => void this.look());
    const scheme = options.tls === undefined ? "redis" : "rediss";
    this.location = `${scheme}://${places.map(addressOf).join(",")}/${options.db} (${masterName})`;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get freshness(): Freshness {
    return this.#master?.freshness ?? unbounded("no master is known");
  }

  way(): Way | Promise<Way> {
    return this.#master?.freshWay() ?? this.#proven();
  }

  async masters(): Promise<readonly Way[]> {
    return [await this.way()];
  }

  members(): Promise<readonly Way[]> {
    return this.masters();
  }

  redirected(): ServerLink {
    throw new TypeError("servers that Sentinels look after send nobody elsewhere");
  }

  async look(): Promise<void> {
    // Many do not wait for it: it never throws. Whoever needs a master that is not known hears why.
    this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async proves({ link }: Way): Promise<boolean> {
    const master = this.#master;
    if (master?.link !== link) return false;
    await master.prove();
    return master === this.#master;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch.close();
    const links = [...this.#sentinels, ...(this.#master === undefined ? [] : [this.#master.link])];
    await Promise.all(links.map((link) => link.close()));
  }

  async #proven(): Promise<Way> {
    if (this.#master === undefined) await this.look();
    if (this.#master === undefined) throw await this.#nobody();
    return this.#master.provenWay();
  }

  async #look(): Promise<void> {
    const answers: Named[] = [];
    const asking = this.#sentinels.map(async (sentinel) => {
      const named = await this.#ask(sentinel);
      if (named !== undefined) answers.push(named);
    });
    // All have answered, or one has and the others have had their time, or the time for all of it is over.
    const first = Promise.any(asking).then(
      () => delay(BETTER_MS),
      () => undefined,
    );
    await Promise.race([Promise.allSettled(asking), first, delay(LOOK_MS, undefined, { ref: false })]);
    const [newest] = answers.toSorted((a, b) => b.epoch - a.epoch);
    if (newest === undefined || this.#isClosed) return;
    // Sentinels that were set up anew count from 0 again. Of a failover one alone may know yet, so all have to say it.
    if (newest.epoch >= this.#followed || answers.length === this.#sentinels.length) this.#adopt(newest);
  }

  /** `undefined`: it does not know this master. */
  async #ask(sentinel: ServerLink): Promise<Named | undefined> {
    const reply = (await sentinel.send(["sentinel", "master", this.#masterName])) as readonly Reply[];
    const fields = new Map<string, string>();
    for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]));
    const [host, port] = [fields.get("ip"), Number(fields.get("port"))];
    const epoch = Number(fields.get("config-epoch") ?? 0);
    if (host === undefined || host === "" || !isPort(port) || Number.isNaN(epoch)) return undefined;
    return {
      place: { host, port },
      epoch,
      replicas: Number(fields.get("num-slaves") ?? 0),
    };
  }

  #adopt({ place, epoch, replicas }: Named): void {
    this.#watch.start();
    this.#followed = epoch;
    const { host, port } = this.#master?.link.options ?? {};
    if (this.#master !== undefined && host === place.host && port === place.port) {
      this.#master.replicas = replicas;
      return;
    }
    const old = this.#master;
    this.#epoch += 1;
    this.#master = new MasterProof(new ServerLink({ ...this.#options, ...place }), this.#options.leaseMs);
    this.#master.replicas = replicas;
    void old?.link.replaced();
  }

  /** No Sentinel has named a master: one of them says why. */
  async #nobody(): Promise<Error> {
    const [sentinel] = this.#sentinels;
    try {
      await sentinel?.send(["sentinel", "master", this.#masterName]);
    } catch (error) {
      if (isDbError(error) && error.code === "refused") {
        const message = `the Sentinel at ${sentinel?.location} does not let us in: are sentinel_username and sentinel_password right, and may this user do what the README says?`;
        return new DbError("refused", message, { cause: error.cause });
      }
      if (!isReply(error) || replyCode(error.message) !== "ERR") throw error;
      return new DbError(
        "invalid",
        /unknown command/i.test(error.message)
          ? `redis at ${sentinel?.location} is no Sentinel: name a server itself with host`
          : `the Sentinel at ${sentinel?.location} knows no master of the name in master_name`,
      );
    }
    return new NotSent(`no Sentinel of ${this.location} names a master`);
  }
}
