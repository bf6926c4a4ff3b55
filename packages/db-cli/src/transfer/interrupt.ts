/** Ctrl-C amid long work: what is under way is finished, the stores are closed, and then the signal does its work. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Thrown where the work can stop. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface Interrupt {
  /** Throws if somebody wants it to stop. Called wherever the stores are whole and nothing is under way. */
  check(): void;
  /** Aborted at that moment, for what would wait for ever: whoever is woken by it calls `check`. */
  readonly signal: AbortSignal;
}

/** `onStop` says what is to know. A second signal, like SIGKILL, ends the process at once. */
export async function interruptible<T>(
  work: (interrupt: Interrupt) => Promise<T>,
  onStop: () => void,
): Promise<T> {
  let received: NodeJS.Signals | undefined;
  const stop = new AbortController();
  const listener = (signal: NodeJS.Signals): void => {
    received = signal;
    forget();
    stop.abort();
  };
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  try {
    return await work({
      check: () => {
        if (received !== undefined) throw new Interrupted();
      },
      signal: stop.signal,
    });
  } catch (error) {
    if (!(error instanceof Interrupted) || received === undefined) throw error;
    onStop();
    // By the signal, and not with an exit code: a shell that runs a loop of commands stops then too.
    process.kill(process.pid, received);
    throw error;
  } finally {
    forget();
  }
}
