/** Records that no client can be made of, each between two good ones. */
import type { ClientId } from "../../client.ts";
import { recordText } from "../bed/records.ts";
import type { Seed } from "../suite.ts";

/** Stands in every hostile record, so nobody can say whose it is. */
export const HOSTILE_KEY = "hostile-key";
/** Stands in most hostile records, and must stay in them. */
export const HOSTILE_SECRET = "canary-of-a-hostile-record";

interface Hostile {
  readonly key: string;
  readonly text: string;
  /** What it is reported by; `undefined` where it has no id that could be read. */
  readonly id: ClientId | undefined;
}

const bad = (fields: object, rawTexts: { readonly [field: string]: string } = {}): Hostile => ({
  key: "5",
  text: recordText(5, { api_key: HOSTILE_KEY, password: HOSTILE_SECRET, ...fields }, rawTexts),
  id: 5,
});
const withoutId = (key: string, clientId: string): Hostile => ({
  ...bad({}, { client_id: clientId }),
  key,
  id: undefined,
});

const HOSTILE = {
  // Python's json writes both, and no JSON reader of ours can hold them.
  "nan-in-metadata": bad({}, { metadata: '{"gain": NaN}' }),
  "infinity-in-metadata": bad({}, { metadata: '{"gain": -Infinity}' }),
  "wrong-type-of-flag": bad({ is_admin: "yes" }),
  "wrong-type-of-list": bad({ allowed_types: { speak: true } }),
  "wrong-type-of-metadata": bad({ metadata: "none" }),
  "deep-nesting": bad({}, { metadata: `{"deep": ${"[".repeat(1000)}${"]".repeat(1000)}}` }),
  "no-access-key": bad({ api_key: undefined, name: HOSTILE_KEY }),
  "text-for-record": { key: "5", text: JSON.stringify(HOSTILE_KEY), id: 5 },
  "list-for-record": { key: "5", text: JSON.stringify([HOSTILE_KEY, HOSTILE_SECRET]), id: 5 },
  "id-differs-from-key": bad({ client_id: 7 }),
  "id-beyond-2^53": withoutId("9007199254740993", "9007199254740993"),
  "key-is-no-id": withoutId("five", '"five"'),
} as const satisfies { readonly [name: string]: Hostile };

export type HostileRecord = keyof typeof HOSTILE;

export const HOSTILE_RECORDS = Object.entries(HOSTILE) as readonly (readonly [HostileRecord, Hostile])[];

export function hostileSeed({ key, text }: Hostile): Seed {
  return { schema: 2, records: [good(1), [key, text], good(9)] };
}

function good(id: ClientId): readonly [key: string, text: string] {
  return [String(id), recordText(id, { api_key: `good-key-${id}`, name: "good" })];
}
