/** Nodes at work while something goes wrong: what they were told is kept, and how long each answer took. */
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase, ErrorCode } from "@hivemind/db-core";

export interface Load {
  /** Access keys, and names, of clients whose `addClient` resolved. */
  readonly added: ReadonlySet<string>;
  /** Calls that failed, by code. */
  readonly failures: ReadonlyMap<ErrorCode, number>;
  /** Of any call, in ms. */
  readonly slowest: number;
  /** How often client 1 was counted up for certain, and how often perhaps. */
  readonly counted: { readonly sure: number; readonly perhaps: number };
  /** Until so many more adds have resolved. Rejects where a call fails with a code that is not among the allowed ones. */
  adds(count: number): Promise<void>;
  /** Rejects as `adds` does. */
  stop(): Promise<void>;
}

/** What a call may be told while servers fail. */
const ALLOWED: ReadonlySet<ErrorCode> = new Set(["unreachable", "unconfirmed", "read-only"]);
const PAUSE_MS = 5;

/** Client 1 has to be there: its metadata count the updates. Adds that are unconfirmed are repeated with their token. */
export function startLoad(nodes: readonly ClientDatabase[], name: string): Load {
  const added = new Set<string>();
  const failures = new Map<ErrorCode, number>();
  const counted = { sure: 0, perhaps: 0 };
  const waiting: (() => void)[] = [];
  let slowest = 0;
  const end = new AbortController();

  const timed = async <T>(
    call: () => Promise<T>,
  ): Promise<T | { readonly token: string | undefined; readonly code: ErrorCode }> => {
    const started = performance.now();
    try {
      return await call();
    } catch (error) {
      // Anything else is a failure of the test, and some of it would never end.
      if (!isDbError(error) || !ALLOWED.has(error.code)) throw error;
      failures.set(error.code, (failures.get(error.code) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      return { token: error.token, code: error.code };
    } finally {
      slowest = Math.max(slowest, performance.now() - started);
    }
  };
  const adding = async (db: ClientDatabase, worker: string): Promise<void> => {
    let token: string | undefined;
    for (let i = 0; !end.signal.aborted;) {
      const accessKey = `${worker}-${i}`;
      const given = token === undefined ? {} : { token };
      const outcome = await timed(() => db.addClient({ accessKey, name: accessKey }, given));
      if ("code" in outcome) {
        token = outcome.token ?? token;
        continue;
      }
      added.add(accessKey);
      for (const resolve of waiting.splice(0)) resolve();
      token = undefined;
      i += 1;
    }
  };
  const counting = async (db: ClientDatabase): Promise<void> => {
    while (!end.signal.aborted) {
      const outcome = await timed(() =>
        db.updateClient(1, ({ metadata }) => ({ metadata: { n: Number(metadata["n"] ?? 0) + 1 } })),
      );
      if (outcome === undefined) throw new Error("client 1 is unknown");
      if (!("code" in outcome)) counted.sure += 1;
      else if (outcome.code === "unconfirmed") counted.perhaps += 1;
    }
  };
  const asking = async (db: ClientDatabase): Promise<void> => {
    while (!end.signal.aborted) {
      const answer = await timed(() => db.authenticate({ accessKey: "counter" }));
      if ("allowed" in answer && !answer.allowed) throw new Error("a client that is there is unknown");
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const work = Promise.all(
    nodes.flatMap((db, i) => [
      adding(db, `${name}-${i}a`),
      adding(db, `${name}-${i}b`),
      counting(db),
      asking(db),
    ]),
  );
  return {
    added,
    failures,
    get slowest() {
      return slowest;
    },
    counted,
    adds: async (count) => {
      for (let i = 0; i < count; i += 1)
        await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), work]);
    },
    stop: async () => {
      end.abort();
      await work;
    },
  };
}
