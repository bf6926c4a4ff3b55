import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend/contract.ts";
import { BackendLifecycle } from "../src/database/lifecycle.ts";
import { DbError } from "../src/errors.ts";

/** A backend that can only be closed: all that the life cycle knows of one. */
const backendThat = (close: () => Promise<void> = async () => undefined): Backend =>
  ({ close }) as unknown as Backend;

describe("opening", () => {
  test("a failure reaches all who wait for it, and the next attempt is a new one", async () => {
    const attempts = [() => Promise.reject(new Error("not yet")), async () => backendThat()];
    const lifecycle = new BackendLifecycle("test", async () => attempts.shift()?.() ?? backendThat());

    const outcomes = await Promise.allSettled([lifecycle.open(), lifecycle.open(), lifecycle.close()]);

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(lifecycle.state).toBe("closed");
    await lifecycle.open();
    expect(lifecycle.state).toBe("open");
  });

  test("a failure before there is anything to wait for is one of opening too", async () => {
    let attempts = 0;
    const lifecycle = new BackendLifecycle("test", () => {
      attempts += 1;
      if (attempts === 1) throw new Error("at once");
      return Promise.resolve(backendThat());
    });

    await expect(lifecycle.open()).rejects.toThrow("at once");

    expect(lifecycle.state).toBe("closed");
    await lifecycle.open();
    expect(lifecycle.state).toBe("open");
  });
});

describe("closing", () => {
  test("waits for every call under way, and takes no new one", async () => {
    const lifecycle = new BackendLifecycle("test", async () => backendThat());
    await lifecycle.open();
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const calls = [lifecycle.use(() => first.promise), lifecycle.use(() => second.promise)];
    let closed = false;

    const closing = lifecycle.close().then(() => (closed = true));
    first.resolve("first");
    await calls[0];

    expect(closed).toBe(false);
    await expect(lifecycle.use(async () => "late")).rejects.toMatchObject({ code: "closed" });
    second.reject(new Error("second"));
    await expect(calls[1]).rejects.toThrow("second");
    await closing;
    expect(lifecycle.state).toBe("closed");
  });

  test("a failure is reported, and the database is closed all the same", async () => {
    const closings = [() => Promise.reject(new Error("stuck"))];
    const lifecycle = new BackendLifecycle("test", async () => backendThat(async () => closings.shift()?.()));
    await lifecycle.open();

    const outcomes = await Promise.allSettled([lifecycle.close(), lifecycle.close(), lifecycle.open()]);

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(lifecycle.state).toBe("open");
    await lifecycle.close();
    expect(lifecycle.state).toBe("closed");
  });

  test("asked for while it opens again, it closes that one too", async () => {
    const opened: Backend[] = [];
    const closed: Backend[] = [];
    const lifecycle = new BackendLifecycle("test", async () => {
      const backend: Backend = backendThat(async () => void closed.push(backend));
      opened.push(backend);
      return backend;
    });
    await lifecycle.open();

    const steps = [lifecycle.close(), lifecycle.open(), lifecycle.close()];
    await Promise.all(steps);

    expect(lifecycle.state).toBe("closed");
    expect(opened.length).toBe(2);
    expect(closed).toEqual(opened);
  });
});

/** What a caller gets of this failure of a backend. */
async function failing(error: unknown): Promise<unknown> {
  const lifecycle = new BackendLifecycle("@acme/db", async () => backendThat());
  await lifecycle.open();
  return lifecycle
    .use(async () => {
      throw error;
    })
    .catch((thrown: unknown) => thrown);
}

describe("what a backend throws", () => {
  test("names the backend, and stays what it was", async () => {
    const error = new DbError("full", "no space", { clientIds: [7] });

    expect(await failing(error)).toMatchObject({
      code: "full",
      backend: "@acme/db",
      message: "no space",
      clientIds: [7],
      stack: error.stack,
    });
  });

  test("of the system is one of the closed list", async () => {
    expect(await failing(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }))).toMatchObject({
      name: "DbError",
      code: "unreachable",
      backend: "@acme/db",
    });
  });

  test("a bug looks like a bug", async () => {
    const bug = new RangeError("bug");

    expect(await failing(bug)).toBe(bug);
  });
});
