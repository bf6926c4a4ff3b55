import { conformance } from "../../src/conformance/index.ts";
import type { Suite } from "../../src/conformance/index.ts";

/** The tests that the suite registers, by concern and name, to be run one at a time. */
export function collectedTests<Options>(
  suite: Omit<Suite<Options>, "describe" | "test">,
): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  const concerns: string[] = [];
  conformance({
    ...suite,
    describe: (name, body) => {
      concerns.push(name);
      body();
      concerns.pop();
    },
    test: (name, body) => {
      const fullName = `${concerns.at(-1)} > ${name}`;
      if (tests.has(fullName)) throw new Error(`two tests are called "${fullName}"`);
      tests.set(fullName, body);
    },
  });
  return tests;
}
