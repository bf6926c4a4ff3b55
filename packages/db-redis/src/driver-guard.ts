/** What the driver leaves uncaught, and would end the process. */
import type { Redis } from "ioredis";

interface Queue {
  readonly length: number;
  shift(): unknown;
}

/** What the driver keeps to itself. */
interface Insides {
  commandQueue: Queue | undefined;
  flushQueue(...args: readonly unknown[]): void;
}

const givenUp = new WeakSet<object>();

/** For another connection. Once for each: with every call the driver waits anew for its end. */
export function giveUp(redis: Redis): void {
  if (givenUp.has(redis.stream)) return;
  givenUp.add(redis.stream);
  redis.disconnect(true);
}

export function guardDriver(redis: Redis): void {
  guardErrors(redis);
  guardReplies(redis);
}

/**
 * The driver listens to the first error of a socket alone. A TLS server that turns us away, or dies while it lets us
 * in, causes two.
 */
function guardErrors(redis: Redis): void {
  let stream = redis.stream;
  Object.defineProperty(redis, "stream", {
    get: () => stream,
    set: (made: Redis["stream"]) => {
      stream = made;
      made.on("error", () => undefined);
    },
  });
}

/**
 * It throws, where nobody can catch it, over an empty reply that no command has asked for. It looks for the command in
 * a queue; where that is empty while it reads, a command of ours is there to take the reply, and the connection is
 * given up.
 */
function guardReplies(redis: Redis): void {
  const insides = redis as unknown as Insides;
  // Another version of the driver, which keeps itself otherwise.
  if (typeof insides.commandQueue?.shift !== "function" || typeof insides.flushQueue !== "function") return;
  let isReading = false;
  const nobody = (): object => {
    giveUp(redis);
    return { command: { name: "", args: [], resolve: () => undefined, reject: () => undefined } };
  };
  const guarded = (made: Queue): Queue => {
    const shift = made.shift.bind(made);
    made.shift = () => (isReading && made.length === 0 ? nobody() : shift());
    return made;
  };
  // Made anew for every connection.
  let queue = guarded(insides.commandQueue);
  Object.defineProperty(redis, "commandQueue", {
    get: () => queue,
    set: (made: Queue) => {
      queue = guarded(made);
    },
  });
  const flush = insides.flushQueue.bind(redis);
  // It takes from the queue until nothing comes any more.
  insides.flushQueue = (...args) => {
    isReading = false;
    flush(...args);
  };
  redis.on("connect", () => {
    const { stream } = redis;
    // The reader of replies is the first one.
    const [read] = stream.listeners("data") as ((data: Buffer) => void)[];
    if (read === undefined) return;
    stream.off("data", read);
    stream.prependListener("data", (data: Buffer) => {
      isReading = true;
      read(data);
      isReading = false;
    });
  });
}
