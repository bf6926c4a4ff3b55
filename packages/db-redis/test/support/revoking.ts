/** One node revokes, and another one hears of it and keeps out who is revoked, while something goes wrong. */
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase, ClientId } from "@hivemind/db-core";

export interface Connected {
  readonly id: ClientId;
  readonly accessKey: string;
}

export class Revoking {
  /** From the end of `revokeClient` here to the event there, in ms. */
  readonly heardAfter: number[] = [];
  /** Who was let in although the revocation was older than the bound. */
  readonly stale: ClientId[] = [];
  readonly #here: ClientDatabase;
  readonly #there: ClientDatabase;
  readonly #boundMs: number;
  readonly #heardAt = new Map<ClientId, number>();
  #keys = 0;

  /** `boundMs`: an answer may be so old. */
  constructor(here: ClientDatabase, there: ClientDatabase, boundMs: number) {
    this.#here = here;
    this.#there = there;
    this.#boundMs = boundMs;
    there.onChange((event) => {
      if (event.type === "changed" && event.reasons.includes("revoked"))
        this.#heardAt.set(event.before.id, performance.now());
    });
  }

  /** A client that is let in there, and followed. */
  async connected(): Promise<Connected> {
    this.#keys += 1;
    const accessKey = `connected-${this.#keys}`;
    await surely((again) => this.#here.addClient({ accessKey }, again));
    const verdict = await surely(() => this.#there.authenticate({ accessKey }));
    if (!verdict.allowed) throw new Error("a client that was added is not let in");
    this.#there.follow(verdict.client);
    return { id: verdict.client.id, accessKey };
  }

  /** Until it is heard of there. */
  async revoke({ id, accessKey }: Connected): Promise<void> {
    await surely(() => this.#here.revokeClient(id));
    const revokedAt = performance.now();
    while (!this.#heardAt.has(id)) {
      const askedAt = performance.now();
      // Whoever cannot tell lets nobody in.
      const verdict = await this.#there.authenticate({ accessKey }).catch(() => undefined);
      if (verdict?.allowed === true && askedAt > revokedAt + this.#boundMs) this.stale.push(id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.heardAfter.push(Math.max(0, Number(this.#heardAt.get(id)) - revokedAt));
  }
}

/** Until nobody says any more that it could not be done, or that nobody can tell. */
async function surely<T>(call: (again: { readonly token?: string }) => Promise<T>): Promise<T> {
  for (let token: string | undefined; ;) {
    try {
      return await call(token === undefined ? {} : { token });
    } catch (error) {
      if (!isDbError(error) || !["unreachable", "unconfirmed"].includes(error.code)) throw error;
      token = error.token ?? token;
    }
  }
}
