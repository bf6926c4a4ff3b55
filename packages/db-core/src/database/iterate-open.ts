import type { Backend } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import type { WithBackend } from "./node-state.ts";

/**
 * Walks through what a backend iterates, each step a call of its own: a walk that its user has dropped must not
 * hold up `close`, and one that goes on after it must not touch a closed backend.
 */
export async function* iterateOpen<T>(
  lifecycle: { readonly use: WithBackend },
  start: (backend: Backend) => AsyncIterable<T>,
): AsyncGenerator<T> {
  let begun: { readonly backend: Backend; readonly iterator: AsyncIterator<T> } | undefined;
  try {
    for (;;) {
      const step = await lifecycle.use(async (backend) => {
        begun ??= { backend, iterator: start(backend)[Symbol.asyncIterator]() };
        if (begun.backend === backend) return begun.iterator.next();
        throw new DbError(
          "closed",
          "the database was closed and opened again during this call; start it anew",
        );
      });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await begun?.iterator.return?.();
  }
}
