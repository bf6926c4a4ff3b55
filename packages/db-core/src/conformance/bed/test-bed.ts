import type { BackendPlugin } from "../../backend/contract.ts";
import type { HostileRecord } from "../seeds/hostile.ts";
import type { Seed, Suite } from "../suite.ts";
import { TestStore } from "./test-store.ts";

/** What a concern registers its tests with. */
export interface TestBed {
  readonly plugin: Pick<
    BackendPlugin,
    "apiVersion" | "name" | "capabilities" | "secretOptions" | "options" | "hasStore"
  >;
  /** A test with a store of its own, which does not exist yet. */
  readonly test: (name: string, body: (store: TestStore) => Promise<void>) => void;
  /** A test with a store of its own, as another program left it. */
  readonly testOn: (seed: Seed, name: string, body: (store: TestStore) => Promise<void>) => void;
  /** A test that a seed is refused by a store that has no place for it. */
  readonly testRefusal: (
    seed: Seed,
    name: string,
    body: (seeding: Promise<unknown>) => Promise<void>,
  ) => void;
  readonly cannotHold: (record: HostileRecord) => boolean;
}

export function testBed<Options>(suite: Suite<Options>): TestBed {
  const register = (
    name: string,
    seed: Seed | undefined,
    body: (store: TestStore) => Promise<void>,
  ): void => {
    suite.test(name, async () => {
      const store = new TestStore(suite, await suite.fresh(seed));
      try {
        await body(store);
      } catch (error) {
        // The reason of a failed test is what matters, not what its clearing up runs into.
        await store.end().catch(() => undefined);
        throw error;
      }
      await store.end();
    });
  };
  return {
    plugin: suite.plugin,
    test: (name, body) => register(name, undefined, body),
    testOn: (seed, name, body) => register(name, seed, body),
    testRefusal: (seed, name, body) => void suite.test(name, () => body(suite.fresh(seed))),
    cannotHold: (record) => suite.cannotHold?.includes(record) ?? false,
  };
}
