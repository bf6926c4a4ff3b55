/** Our side of the program that revokes. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Place } from "../../torture/src/stores/store.ts";

export type Request =
  | { readonly do: "add"; readonly keys: readonly string[] }
  | { readonly do: "touch"; readonly id: number }
  | { readonly do: "revoke"; readonly id: number; readonly afterMs: number };

export type Answer =
  | { readonly ready: true }
  | { readonly ids: readonly number[] }
  | { readonly revoked: number; readonly at: number };

const PROGRAM = fileURLToPath(new URL("revoker.process.ts", import.meta.url));
const NODE = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

export class Revoker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #revoking = new Map<number, PromiseWithResolvers<number>>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "exit");
    child.once("exit", () => {
      for (const { reject } of this.#revoking.values()) reject(new Error("the revoker has ended"));
    });
    child.on("message", (answer: Answer) => {
      if ("revoked" in answer) this.#revoking.get(answer.revoked)?.resolve(answer.at);
    });
  }

  static async start(place: Place): Promise<Revoker> {
    const child = fork(PROGRAM, [JSON.stringify(place)], {
      execArgv: NODE,
      env: { ...process.env, ...place.env },
    });
    const revoker = new Revoker(child);
    await Promise.race([
      once(child, "message"),
      revoker.#ended.then(() => Promise.reject(new Error("the revoker could not open the store"))),
    ]);
    return revoker;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async add(keys: readonly string[]): Promise<readonly number[]> {
    const added = once(this.#child, "message") as Promise<[Answer]>;
    this.#send({ do: "add", keys });
    const [answer] = await added;
    return "ids" in answer ? answer.ids : [];
  }

  /** When it was acknowledged there, by the clock that all processes share. */
  async revoke(id: number, afterMs = 0): Promise<number> {
    const revoking = Promise.withResolvers<number>();
    this.#revoking.set(id, revoking);
    this.#send({ do: "revoke", id, afterMs });
    return revoking.promise.finally(() => this.#revoking.delete(id));
  }

  /** Nobody waits for it. */
  touch(id: number): void {
    this.#send({ do: "touch", id });
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #send(request: Request): void {
    this.#child.send(request);
  }
}
