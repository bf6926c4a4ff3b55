/** Nasty input: what real programs, attackers and broken disks produce. */
import * as fc from "fast-check";

/** Strings that end up in paths, keys, patterns, statements and terminals. */
const NASTY = [
  "",
  " ",
  ".",
  "..",
  "../../x",
  "/etc/passwd",
  "a/b",
  "a\\b",
  "C:\\x",
  "~",
  "-rf",
  "*",
  "[a]",
  "{a}",
  "?",

  "__proto__",
  "constructor",
  "toString",
  "revoked",
  "null",
  "NaN",
  "-0",
  "1e999",
  "' OR 1=1 --",
  '"',
  "\\",
  "\0",
  "a\0b",
  "\n",
  "\r\n",
  "\u2028",
  "\u202e",
  "\ud800",
  "\udfff",
  "\ufeff",
  "e\u0301",
  "🐝",
  "\u001b[31m",
  "%00",
  "%2e%2e%2f",
  "${HOME}",
  "$(id)",
  "__hivemind_creating__",
  "x".repeat(300),
  "x".repeat(70_000),
];

export const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...NASTY), fc.string());

/** Values that JSON has, also under names that have bitten others. */
export const json = fc.jsonValue({ stringUnit: "binary" });
export const object = fc.dictionary(text, json, { maxKeys: 6 });

/** A record as a Python hub writes it, some fields replaced by anything. */
const field = fc.constantFrom(
  "client_id",
  "api_key",
  "name",
  "description",
  "is_admin",
  "last_seen",
  "allowed_types",
  "crypto_key",
  "password",
  "can_broadcast",
  "can_escalate",
  "can_propagate",
  "metadata",
  "skill_blacklist",
  "x",
);
export const record = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.dictionary(field, json, { maxKeys: 4 }))
  .map(([id, other]) => ({
    client_id: id,
    api_key: `key ${id}`,
    name: `client ${id}`,
    allowed_types: ["speak"],
    metadata: {},
    ...other,
  }));

/** JSON texts that `JSON.stringify` would not write. */
const ODD_JSON = [
  "",
  " ",
  "{",
  "[]",
  "null",
  '""',
  "0",
  "{}{}",
  '{"a":1,"a":2}',
  "[NaN]",
  "[Infinity]",
  "[-0.0]",
  "[1e400]",
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  "[9007199254740993]",

  '["\\ud800"]',
  '["\u2028"]',
  "\ufeff{}",
  '{"1":',
  "[1,]",
  "{'a':1}",
  "[01]",
  "// only a comment",
  '{"a":"\u0000"}',
];
export const oddJson = fc.oneof(
  fc.constantFrom(...ODD_JSON),
  fc.integer({ min: 1, max: 100_000 }).map((depth) => "[".repeat(depth)),
  fc.integer({ min: 1, max: 2000 }).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
  fc.integer({ min: 1, max: 5000 }).map((digits) => `[${"9".repeat(digits)}]`),
  json.map((value) => JSON.stringify(value)),
);

/** Bytes, some of them changed, cut, or put in twice. */
export function mutated(original: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: Math.max(0, original.length - 1) });
  const change = fc.oneof(
    fc.record({ at: place, put: fc.uint8Array({ minLength: 1, maxLength: 8 }), cut: fc.nat({ max: 8 }) }),
    fc.record({ at: place, put: fc.constant(new Uint8Array()), cut: fc.nat({ max: 5000 }) }),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, put, cut }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]),
        original,
      ),
    );
}
