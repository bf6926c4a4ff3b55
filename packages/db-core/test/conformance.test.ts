/** The suite, tested itself: a good store passes it, and a broken one fails the very test that is meant for it. */
import { describe, expect, test, vi } from "vitest";
import type { BackendPlugin } from "../src/backend/contract.ts";
import type { HostileRecord } from "../src/conformance/index.ts";
import memory from "../src/memory/plugin.ts";
import type { MemoryOptions } from "../src/memory/plugin.ts";
import { CREDENTIALS } from "./conformance/broken/credentials.ts";
import { FEEDS } from "./conformance/broken/feeds.ts";
import { IDENTITY } from "./conformance/broken/identity.ts";
import { KEEPING } from "./conformance/broken/keeping.ts";
import { LOOK_UPS } from "./conformance/broken/look-ups.ts";
import { OPENING } from "./conformance/broken/opening.ts";
import { PROCESSES } from "./conformance/broken/processes.ts";
import { SEALING } from "./conformance/broken/sealing.ts";
import { WRITES } from "./conformance/broken/writes.ts";
import { leaksOnPurpose } from "../../../tooling/checks/src/canary/watch.ts";
import { collectedTests } from "./conformance/collected-tests.ts";
import { freshFile } from "./conformance/durable/fresh-file.ts";
import durable from "./conformance/durable/plugin.ts";
import type { FileOptions } from "./conformance/durable/plugin.ts";
import { freshMemory } from "./conformance/fresh-memory.ts";

// Some of the broken stores say secrets in their errors.
leaksOnPurpose(/^a DbError/);

/** A broken store is a nearly right one: it passes this. */
const BASIC = "life cycle > a database opened again serves what was there";
const HELD_BY_MAP: readonly HostileRecord[] = ["key-is-no-id", "id-beyond-2^53"];

const onMemory = (plugin: BackendPlugin<MemoryOptions>) =>
  collectedTests({ plugin, fresh: freshMemory, cannotHold: HELD_BY_MAP });
const onFile = (plugin: BackendPlugin<FileOptions>, module: URL) =>
  collectedTests({ plugin, module, fresh: freshFile, cannotHold: HELD_BY_MAP });

async function run(tests: ReadonlyMap<string, () => Promise<void>>, name: string): Promise<void> {
  const body = tests.get(name);
  if (body === undefined) throw new Error(`the suite has no test "${name}"`);
  await body();
}

async function freshUncleared(): ReturnType<typeof freshMemory> {
  return { ...(await freshMemory()), dispose: () => Promise.reject(new Error("of clearing up")) };
}

describe("a broken store fails the test that is meant for it", () => {
  const onMemories = [
    ...IDENTITY,
    ...LOOK_UPS,
    ...WRITES,
    ...KEEPING,
    ...FEEDS,
    ...OPENING,
    ...CREDENTIALS,
    ...SEALING,
  ].map(({ fault, plugin, caughtBy }) => ({ fault, tests: onMemory(plugin), caughtBy }));
  const onFiles = PROCESSES.map(({ fault, plugin, module, caughtBy }) => ({
    fault,
    tests: onFile(plugin, module),
    caughtBy,
  }));

  describe.each([...onMemories, ...onFiles])("one that $fault", ({ tests, caughtBy }) => {
    test("is right otherwise", async () => {
      await expect(run(tests, BASIC)).resolves.toBeUndefined();
    });

    test.each(caughtBy)("%s", async (name) => {
      // One of the stores logs.
      vi.spyOn(process.stderr, "write").mockReturnValue(true);

      expect([...tests.keys()]).toContain(name);
      await expect(run(tests, name)).rejects.toThrow(/./);
    });
  });
});

describe("nothing is skipped", () => {
  test("a capability that is absent has tests of its own", () => {
    const [without, having] = [onMemory(memory), onFile(durable, new URL("file:///module.ts"))];

    const only = (some: typeof without, others: typeof without) =>
      [...some.keys()].filter((name) => !others.has(name));

    expect(only(without, having)).toEqual([
      "capabilities > without the capability, a backup is refused",
      "durability > a store that is not durable says that it survives nothing",
    ]);
    expect(only(having, without).length).toBeGreaterThan(10);
  });

  test("a seed that a store is said not to hold, and does, is found out", async () => {
    const tests = collectedTests({ plugin: memory, fresh: freshMemory, cannotHold: ["nan-in-metadata"] });

    const claim = run(tests, "bad records > nan-in-metadata: there is no place for it in this store");

    await expect(claim).rejects.toThrow("had to fail");
  });

  test("a seed that a store is not said to refuse, and does, is found out", async () => {
    const tests = collectedTests({ plugin: memory, fresh: freshMemory });

    const serving = run(tests, "bad records > key-is-no-id: the others are served");

    await expect(serving).rejects.toThrow("under ids only");
  });

  test("a durable backend without a module for other processes is refused at once", () => {
    expect(() => collectedTests({ plugin: durable, fresh: freshFile })).toThrow(TypeError);
  });

  test("a test that fails reports its own error, and clears up", async () => {
    const disposed: string[] = [];
    const fresh = async (): ReturnType<typeof freshMemory> => ({
      ...(await freshMemory()),
      dispose: async () => {
        disposed.push("store");
        throw new Error("of clearing up");
      },
    });
    const broken = { ...memory, open: () => Promise.reject(new Error("of opening")) };

    const failing = run(collectedTests({ plugin: broken, fresh }), BASIC);

    await expect(failing).rejects.toThrow("of opening");
    expect(disposed).toEqual(["store"]);
  });

  test("what fails in clearing up fails the test", async () => {
    const tests = collectedTests({ plugin: memory, fresh: freshUncleared });

    const clearing = run(tests, BASIC);

    await expect(clearing).rejects.toThrow("of clearing up");
  });
});
