/** Faults in finding: too much, too little, or something else. */
import type { Backend, IndexName, StoredEntry } from "../../../src/backend/contract.ts";
import { indexValues, isTombstone } from "../../../src/backend/record.ts";
import { broken } from "./broken-store.ts";

type Compare = (stored: string, wanted: string) => boolean;

/** Finds by going through everything with a comparison of its own. */
function comparing(compare: Compare): (memory: Backend) => Pick<Backend, "find"> {
  return (memory) => ({
    find: async (index, values) => {
      const entries: StoredEntry[] = [];
      for await (const page of memory.list()) entries.push(...page);
      const isMatch = ({ record }: StoredEntry, wanted: string): boolean =>
        record !== undefined && indexValues(record, index).some((stored) => compare(stored, wanted));
      const found = values.map((value) => [value, entries.filter((entry) => isMatch(entry, value))] as const);
      return new Map(found.filter(([, matching]) => matching.length > 0));
    },
  });
}

const asPattern = (wanted: string): RegExp =>
  new RegExp(`^${wanted.replaceAll("*", ".*").replaceAll("?", ".")}$`, "u");
const matchesPattern: Compare = (stored, wanted) => {
  try {
    return asPattern(wanted).test(stored);
  } catch {
    return stored === wanted;
  }
};

export const LOOK_UPS = [
  broken(
    "takes upper and lower case for the same",
    comparing((stored, wanted) => stored.toLowerCase() === wanted.toLowerCase()),
    "look-ups > names are compared exactly: upper and lower case",
    "look-ups > a client is found by the fingerprint of each of its certificates",
  ),
  broken(
    "composes what it looks for",
    (memory) => ({
      find: async (index, values) => {
        const found = await memory.find(
          index,
          values.map((value) => value.normalize("NFC")),
        );
        return new Map(
          values.flatMap((value) => [[value, found.get(value.normalize("NFC")) ?? []] as const]),
        );
      },
    }),
    "look-ups > access keys are compared exactly: composed and decomposed",
    "look-ups > names are compared exactly: composed and decomposed",
  ),
  broken(
    "cuts white space off",
    comparing((stored, wanted) => stored.trim() === wanted.trim()),
    "look-ups > names are compared exactly: white space",
  ),
  broken(
    "takes a text for a pattern",
    comparing(matchesPattern),
    "look-ups > names are compared exactly: patterns",
  ),
  broken(
    "ends a text at its first NUL",
    comparing((stored, wanted) => stored.split("\0")[0] === wanted.split("\0")[0]),
    "look-ups > names are compared exactly: control characters",
  ),
  broken(
    "takes a text for a number where it can",
    comparing((stored, wanted) => stored === wanted || Number(stored) === Number(wanted)),
    "look-ups > names are compared exactly: numbers and literals",
  ),
  broken(
    "compares the first 255 characters only",
    comparing((stored, wanted) => stored.slice(0, 255) === wanted.slice(0, 255)),
    "look-ups > names are compared exactly: 10,000 characters",
  ),
  broken(
    "looks for a key among the names too",
    (memory) => ({
      find: async (index, values) => {
        if (index !== "accessKey") return memory.find(index, values);
        return new Map([...(await memory.find("name", values)), ...(await memory.find(index, values))]);
      },
    }),
    "look-ups > an access key finds no name, and a name no access key",
  ),
  broken(
    "finds tombstones by the key that they share",
    (memory, store) => ({
      find: async (index: IndexName, values: readonly string[]) => {
        const entries = [...(await memory.get([...store.records.keys()])).values()];
        const dead = entries.filter(({ record }) => record !== undefined && isTombstone(record));
        const found = new Map(await memory.find(index, values));
        if (index === "accessKey" && values.includes("revoked") && dead.length > 0)
          found.set("revoked", dead);
        return found;
      },
    }),
    "tombstones > a revoked client is found by nothing but its id",
  ),
];
