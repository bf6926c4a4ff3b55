import type { Backend } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import type { BackendLifecycle } from "./lifecycle.ts";

/**
 * Walks through what a backend iterates, each step a call of its own: a walk that its user has dropped must not
 * hold up `close`, and one that goes on after it must not touch a closed backend.
 */
export async function* iterateOpen<T>(
  lifecycle: BackendLifecycle,
  start: (backend: Backend) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { backend } = lifecycle;
  const iterator = start(backend)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await lifecycle.use(async (current) => {
        if (current === backend) return iterator.next();
        throw new DbError(
          "closed",
          "the database was closed and opened again during this call; start it anew",
        );
      });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
