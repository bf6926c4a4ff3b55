import type { Backend } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import type { Lifecycle } from "./client-database.ts";
import { normalError } from "./normal-error.ts";

/**
 * Closed, opening, open, closing. Opening and closing are shared by everyone who asks at that time; a call on
 * a database that is not open is refused at once and never queued.
 */
export class BackendLifecycle {
  readonly #name: string;
  readonly #open: () => Promise<Backend>;
  readonly #beforeClose: (backend: Backend) => Promise<void>;
  #backend: Backend | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #underWay = 0;
  #idle: (() => void) | undefined;

  /** `beforeClose` runs when no call is under way any more; what it throws does not keep the backend open. */
  constructor(
    name: string,
    open: () => Promise<Backend>,
    beforeClose: (backend: Backend) => Promise<void> = async () => undefined,
  ) {
    this.#name = name;
    this.#open = open;
    this.#beforeClose = beforeClose;
  }

  get state(): Lifecycle {
    if (this.#closing !== undefined) return "closing";
    if (this.#opening !== undefined) return "opening";
    return this.#backend === undefined ? "closed" : "open";
  }

  /** The open backend, or the error `closed`. */
  get backend(): Backend {
    const { state } = this;
    if (state === "open" && this.#backend !== undefined) return this.#backend;
    throw new DbError("closed", `the database is ${state}, not open`, { backend: this.#name });
  }

  /** Throws `closed` where a call would be refused. */
  requireOpen(): void {
    void this.backend;
  }

  async open(): Promise<void> {
    if (this.state === "open") return;
    this.#opening ??= this.#doOpen().finally(() => (this.#opening = undefined));
    await this.#opening;
  }

  async close(): Promise<void> {
    if (this.#opening !== undefined) await settled(this.#opening);
    if (this.#backend === undefined) return;
    this.#closing ??= this.#doClose(this.#backend).finally(() => (this.#closing = undefined));
    await this.#closing;
  }

  /** Runs a call on the open backend; closing waits for it. */
  async use<T>(call: (backend: Backend) => Promise<T>): Promise<T> {
    const { backend } = this;
    this.#underWay += 1;
    try {
      return await call(backend);
    } catch (error) {
      throw normalError(error, this.#name);
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle?.();
    }
  }

  async #doOpen(): Promise<void> {
    if (this.#closing !== undefined) await settled(this.#closing);
    try {
      this.#backend = await this.#open();
    } catch (error) {
      throw normalError(error, this.#name);
    }
  }

  async #doClose(backend: Backend): Promise<void> {
    try {
      if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
      try {
        await this.#beforeClose(backend);
      } finally {
        await backend.close();
      }
    } finally {
      this.#idle = undefined;
      this.#backend = undefined;
    }
  }
}

/** A failure of the step before is reported to those who asked for it. */
async function settled(step: Promise<void>): Promise<void> {
  await step.catch(() => undefined);
}
