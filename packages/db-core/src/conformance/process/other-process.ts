import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CommandArgs, CommandName, CommandResult } from "./commands.ts";
import type { Answer, Opening, Request } from "./messages.ts";

// The suite runs as built, and in this repository also from its source.
const CHILD = new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url);

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Another process with the same store open. */
export class OtherProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #last = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = this.#untilEnd();
    child.on("message", (answer: Answer) => this.#settle(answer));
  }

  static async start(module: URL, opening: Opening): Promise<OtherProcess> {
    const child = fork(fileURLToPath(CHILD), [module.href], {
      serialization: "advanced",
      execArgv: nodeArgs(),
    });
    const other = new OtherProcess(child);
    child.send(opening);
    await Promise.race([
      once(child, "message"),
      other.#ended.then(() => Promise.reject(new Error("the other process could not open the store"))),
    ]);
    return other;
  }

  /** Runs a command there. Any number may be under way at once. */
  call<Name extends CommandName>(command: Name, ...args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    this.#last += 1;
    const request: Request = { number: this.#last, command, args };
    const result = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(request.number, { resolve, reject });
      this.#child.send(request, (error) => {
        if (error !== null) reject(error);
      });
    });
    // A test that fails before it waits for this leaves nobody to hear of it.
    result.catch(() => undefined);
    return result as Promise<CommandResult<Name>>;
  }

  /** Ends it without any chance to clear up. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }

  async #untilEnd(): Promise<void> {
    const [code, signal] = (await once(this.#child, "exit")) as [number | null, string | null];
    for (const waiting of this.#waiting.values())
      waiting.reject(new Error(`the process ended (${code ?? signal})`));
  }

  #settle(answer: Answer): void {
    if ("ready" in answer) return;
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ("failed" in answer) waiting?.reject(new Error(`in the other process: ${answer.failed}`));
    else waiting?.resolve(answer.result);
  }
}

/** Node before 22.18 runs TypeScript only when told to. */
function nodeArgs(): string[] {
  const stripTypes = process.features.typescript === false ? ["--experimental-strip-types"] : [];
  return ["--disable-warning=ExperimentalWarning", ...stripTypes];
}
