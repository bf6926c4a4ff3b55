/** For how long a master that has lost the others goes on: until the cluster's node timeout has passed. */
import { unbounded } from "./route.ts";
import type { Freshness } from "./route.ts";
import { isReply } from "./server-link.ts";
import type { ServerLink } from "./server-link.ts";

const NOT_SAID = unbounded("the master of the clients has not said its cluster-node-timeout");

export class NodeTimeout {
  #freshness = NOT_SAID;
  /** The master that was asked for it. */
  #asked: string | undefined;

  get freshness(): Freshness {
    return this.#freshness;
  }

  get isAsked(): boolean {
    return this.#asked !== undefined;
  }

  /** Of the clients' master, by its address: another one can have another setting, and an operator can change it. Never throws. */
  async learn(master: string | undefined, linkTo: (master: string) => ServerLink): Promise<void> {
    if (master !== this.#asked) this.#freshness = NOT_SAID;
    this.#asked = master;
    if (master === undefined) return;
    const freshness = await this.#ask(linkTo(master));
    if (master === this.#asked) this.#freshness = freshness;
  }

  async #ask(link: ServerLink): Promise<Freshness> {
    try {
      const [, said] = (await link.send(["config", "get", "cluster-node-timeout"])) as readonly string[];
      // Hosted servers keep CONFIG to themselves, or answer it with nothing.
      if (said === undefined) return unbounded("the server does not say its cluster-node-timeout");
      return { addedMs: Number(said), why: `cluster-node-timeout is ${said} ms` };
    } catch (error) {
      if (isReply(error)) return unbounded("this user may not use CONFIG GET cluster-node-timeout");
      // It is not reached: what the same one said before is all that is known.
      return this.#freshness;
    }
  }
}
