/** The names of all keys: those that Python hubs know, and ours beside them. */
import { parseClientId } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";

/** What a Python hub puts where a client is being created, for at most 30 s. Not a record. */
export const CREATING = "__hivemind_creating__";

/**
 * A Python hub's `sync()` deletes `P:name:*`, `P:api_key:*`, `P:idx:*` and `P:api_key_records`, and reads
 * `P:client:*`: none of our own names matches those.
 */
export class Keyspace {
  /** `P` of the format: everything begins with it and a colon. */
  readonly prefix: string;
  readonly meta: string;
  readonly revoked: string;
  readonly schemaVersion: string;
  readonly count: string;
  readonly idSequence: string;
  readonly accessKeyRecords: string;

  /** What the keys of a family begin with: looked for in every key that the feed tells of. */
  readonly #starts: Readonly<Record<KeyFamily, string>>;

  /** `absent`: instead of these keys, ones where nothing is. */
  constructor(indexPrefix: string, hashTag: string | undefined, absent: readonly SingleKey[] = []) {
    this.prefix = hashTag === undefined ? indexPrefix : `${indexPrefix}:{${hashTag}}`;
    const single = (key: SingleKey, name: string): string =>
      this.#name(absent.includes(key) ? `hivemind:absent:${name}` : name);
    this.meta = single("meta", "hivemind:meta");
    this.revoked = single("revoked", "revoked");
    this.schemaVersion = single("schemaVersion", "schema_version");
    this.count = single("count", "count");
    this.idSequence = single("idSequence", "id_seq");
    this.accessKeyRecords = single("accessKeyRecords", "api_key_records");
    this.#starts = Object.fromEntries(
      KEY_FAMILIES.map((family) => [family, this.#name(`${family}:`)]),
    ) as Record<KeyFamily, string>;
  }

  /** Has a hash tag, so that a cluster keeps all of it in one slot. */
  get isTagged(): boolean {
    return /^[^{]*\{[^}]/.test(this.prefix) && this.prefix.includes("}");
  }

  /** To look at the rest of a store past keys that are damaged. */
  without(damaged: readonly SingleKey[]): Keyspace {
    return new Keyspace(this.prefix, undefined, damaged);
  }

  /** Where something is kept that stood in one of these keys and does not belong there. */
  damaged(key: string, copy: string): string {
    return this.#name(`hivemind:damaged:${key.slice(this.prefix.length + 1)}:${copy}`);
  }

  /** `id` as it stands in a set or a key: not every text there is a client id. */
  client(id: ClientId | string): string {
    return this.#name(`client:${id}`);
  }

  index(id: ClientId | string): string {
    return this.#name(`idx:${id}`);
  }

  name(name: string): string {
    return this.#name(`name:${name}`);
  }

  accessKey(key: string): string {
    return this.#name(`api_key:${key}`);
  }

  fingerprint(sha256: string): string {
    return this.#name(`hivemind:fingerprint:${sha256}`);
  }

  /** Holds the ids that an insert made, for as long as it may be repeated. */
  token(token: string): string {
    return this.#name(`hivemind:tokens:${token}`);
  }

  /** Written where nothing else is, so that replicas can confirm what was before it. */
  get confirmed(): string {
    return this.#name("hivemind:confirmed");
  }

  /** A copy from another namespace that has not ended. */
  get conversion(): string {
    return this.#name("hivemind:conversion");
  }

  /** Whom a migration concerns that is not at its end. */
  migrated(what: "message_blacklist" | "allowed_types"): string {
    return this.#name(`hivemind:migrated:${what}`);
  }

  state(scope: string): string {
    return this.#name(`hivemind:state:${scope}`);
  }

  /**
   * Written and deleted with a touch, and never there in between: tells the feed that nothing else happened.
   */
  touched(id: ClientId | string): string {
    return this.#name(`hivemind:touched:${id}`);
  }

  /** A pattern for SCAN that means this family's keys alone, whatever the prefix holds. */
  pattern(family: KeyFamily): string {
    return `${escapeGlob(this.#starts[family])}*`;
  }

  /** What follows the family's name in a key; `undefined` in a key of another family. */
  member(family: KeyFamily, key: string): string | undefined {
    const start = this.#starts[family];
    return key.startsWith(start) ? key.slice(start.length) : undefined;
  }

  /** The id in a key of this family. */
  id(family: KeyFamily, key: string): ClientId | undefined {
    const member = this.member(family, key);
    return member === undefined ? undefined : parseClientId(member);
  }

  #name(rest: string): string {
    return `${this.prefix}:${rest}`;
  }
}

/** The keys that a store has one of. */
export type SingleKey = "meta" | "revoked" | "schemaVersion" | "count" | "idSequence" | "accessKeyRecords";

const KEY_FAMILIES = [
  "client",
  "name",
  "api_key",
  "idx",
  "hivemind:fingerprint",
  "hivemind:state",
  "hivemind:touched",
] as const;
export type KeyFamily = (typeof KEY_FAMILIES)[number];

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
}
