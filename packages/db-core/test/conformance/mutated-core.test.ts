/** Sealing, certificates and pinned keys are core's: the suite catches it too where core is what is broken. */
import type * as Removed from "../../src/credentials/removed-certificates.ts";
import type * as Validity from "../../src/credentials/validity.ts";
import type * as Pins from "../../src/credentials/pins.ts";
import type { Json } from "../../src/json.ts";
import type * as Binding from "../../src/sealing/binding.ts";
import type * as Keyrings from "../../src/sealing/keyring.ts";
import type * as RecordSecrets from "../../src/sealing/record-secrets.ts";
import type * as Sealers from "../../src/sealing/sealer.ts";
import type * as SecretState from "../../src/sealing/secret-state.ts";
import type { Slot } from "../../src/sealing/slot.ts";
import type * as StoreKey from "../../src/sealing/store-key.ts";
import { sealedPart } from "../../src/conformance/bed/sealed.ts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { collectedTests as collect } from "./collected-tests.ts";
import type { freshMemory as fresh } from "./fresh-memory.ts";

interface Mutation {
  readonly fault: string;
  /** Below `src/`. */
  readonly module: string;
  readonly breaks: (original: object) => object;
  readonly caughtBy: readonly string[];
}

function mutation<Module extends object>(
  fault: string,
  module: string,
  breaks: (original: Module) => Partial<Module>,
  ...caughtBy: readonly string[]
): Mutation {
  return { fault, module, breaks: breaks as Mutation["breaks"], caughtBy };
}

const COPIED = "sealing > a sealed text that is copied elsewhere does not open there";
const IN_THE_CLEAR =
  "sealing > what is sealed comes back, and nowhere in the store does it stand in the clear";
const PYTHON = "sealing > a password that a Python hub set wins, and is sealed with the next write";

const MUTATIONS: readonly Mutation[] = [
  mutation<typeof Binding>(
    "binds a secret to its field alone",
    "sealing/binding.ts",
    ({ clientBinding }) => ({
      clientBinding: (id, field, label) => ({
        ...clientBinding(id, field, label),
        context: clientBinding(0, field, label).context,
      }),
    }),
    COPIED,
  ),
  mutation<typeof Binding>(
    "binds a secret to its client alone",
    "sealing/binding.ts",
    ({ clientBinding }) => ({
      clientBinding: (id, field, label) => ({
        ...clientBinding(id, field, label),
        context: clientBinding(id, "", "").context,
      }),
    }),
    COPIED,
  ),
  mutation<typeof Binding>(
    "binds a secret entry to nothing",
    "sealing/binding.ts",
    ({ stateBinding }) => ({
      stateBinding: (scope, key) => ({ ...stateBinding(scope, key), context: "state" }),
    }),
    "sealing > a sealed entry that is copied to another key or scope does not open there",
  ),
  mutation<typeof Sealers>(
    "stores a secret in the clear where there is a key",
    "sealing/sealer.ts",
    ({ Sealer }) => ({
      Sealer: class extends Sealer {
        override put(_slot: Slot, clear: Json): Slot {
          return { clear };
        }
      },
    }),
    IN_THE_CLEAR,
    PYTHON,
  ),
  mutation<typeof Sealers>(
    "leaves in the clear what it finds there",
    "sealing/sealer.ts",
    ({ Sealer }) => ({
      Sealer: class extends Sealer {
        override keep(slot: Slot, binding: Binding.Binding): Slot {
          return slot.clear === undefined ? super.keep(slot, binding) : slot;
        }
      },
    }),
    PYTHON,
    "rekeying > a rekey brings a store that was not sealed to its first key, once",
  ),
  mutation<typeof RecordSecrets>(
    "puts the sealed text where Python hubs look for a password",
    "sealing/record-secrets.ts",
    ({ placeSecrets }) => ({
      placeSecrets: (...given) => {
        const record = placeSecrets(...given);
        return { ...record, password: sealedPart(record)["password"] ?? record["password"] ?? null };
      },
    }),
    "sealing > the record of a sealed client holds no password that a Python hub could take for one",
  ),
  mutation<typeof Keyrings>(
    "takes a secret that does not open for none",
    "sealing/keyring.ts",
    ({ Keyring }) => ({
      Keyring: class extends Keyring {
        override open(sealed: Json, binding: Binding.Binding): Json {
          try {
            return super.open(sealed, binding);
          } catch {
            return null;
          }
        }
      },
    }),
    COPIED,
    "sealing > a secret that was damaged is corrupt, and one of a later release is that",
    "sealing > without a key the store serves everything but secrets, and leaves them as they are",
    "sealing > with another key the store serves everything but secrets, and leaves them as they are",
  ),
  mutation<typeof StoreKey>(
    "does not look under which key the store is sealed",
    "sealing/store-key.ts",
    () => ({ readStoreKey: async () => null }),
    "sealing > without a key the store serves everything but secrets, and leaves them as they are",
  ),
  mutation<typeof SecretState>(
    "forgets the state of nodes in a rekey",
    "sealing/secret-state.ts",
    () => ({ isSecretEntry: () => false }),
    "rekeying > a rekey brings a store from one key to the next, once",
  ),
  mutation<typeof Removed>(
    "forgets which certificates were removed",
    "credentials/removed-certificates.ts",
    () => ({ removedEntries: async () => new Set() }),
    "certificates > a removed certificate that comes back with a stale record admits nobody",
  ),
  mutation<typeof Validity>(
    "looks at no period",
    "credentials/validity.ts",
    () => ({ untimely: () => undefined }),
    "certificates > a certificate outside of its period admits nobody",
  ),
  mutation<typeof Pins>(
    "replaces a pinned key silently",
    "credentials/pins.ts",
    ({ updatePins }) => ({
      updatePins: (backend, id, change) => updatePins(backend, id, () => change(new Map())),
    }),
    "pinned keys > the first key of a kind is kept, and every other one is a mismatch, on every handle",
  ),
];

afterEach(() => {
  vi.resetModules();
});

/** The suite's tests, on the memory store, over a core with this fault. */
async function testsOver({ module, breaks }: Mutation): Promise<ReturnType<typeof collect>> {
  vi.resetModules();
  const path = `../../src/${module}`;
  vi.doMock(path, async (load) => {
    const original = await load<object>();
    return { ...original, ...breaks(original) };
  });
  try {
    const [{ collectedTests }, { freshMemory }, memory] = await Promise.all([
      import("./collected-tests.ts") as Promise<{ collectedTests: typeof collect }>,
      import("./fresh-memory.ts") as Promise<{ freshMemory: typeof fresh }>,
      import("../../src/memory/plugin.ts"),
    ]);
    return collectedTests({ plugin: memory.default, fresh: freshMemory });
  } finally {
    vi.doUnmock(path);
  }
}

describe.each(MUTATIONS)("a core that $fault", (mutated) => {
  test("fails the tests that are meant for it, and is right otherwise", async () => {
    const tests = await testsOver(mutated);
    const basic = tests.get("life cycle > a database opened again serves what was there");

    await expect(basic?.()).resolves.toBeUndefined();
    for (const name of mutated.caughtBy) {
      const run = tests.get(name) ?? (() => Promise.reject(new TypeError(`the suite has no test "${name}"`)));
      const outcome = await run().then(
        () => "passed",
        (error: unknown) => (error instanceof TypeError ? error.message : "failed"),
      );
      expect([name, outcome]).toEqual([name, "failed"]);
    }
  });
});
