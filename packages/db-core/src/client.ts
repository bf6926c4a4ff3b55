import type { JsonObject } from "./json.ts";

/** The node id of a client: a whole number from 1, never shared and never used again. */
export type ClientId = number;

/**
 * A client as a node sees it. It holds no secret: `db.secrets(id)` is explicit.
 *
 * Field by field the stored record of HiveMind (snake_case there), with its two blacklists out of `metadata`.
 * Frozen, all the way down.
 */
export interface Client {
  readonly id: ClientId;
  readonly name: string;
  readonly description: string;
  /** Informational for policies. It does not bypass `allowedTypes`. */
  readonly isAdmin: boolean;
  /** Unix seconds, fractional; `null` is never. */
  readonly lastSeen: number | null;
  /** The message types that the client may send. Empty: none. */
  readonly allowedTypes: readonly string[];
  readonly canBroadcast: boolean;
  readonly canEscalate: boolean;
  readonly canPropagate: boolean;
  readonly skillBlacklist: readonly string[];
  readonly intentBlacklist: readonly string[];
  /**
   * Free-form JSON for policies, together with what other programs keep beside the known fields.
   * A number that JavaScript cannot hold digit for digit is an {@link ExactNumber}.
   */
  readonly metadata: JsonObject;
  /** A tombstone: the id stays taken, everything else is gone, and nothing brings the client back. */
  readonly revoked: boolean;
}

/** What authenticates a client. Only ever handed out on explicit request. */
export interface ClientSecrets {
  /** What the client names itself with, like a user name. Often the only credential there is. */
  readonly accessKey: string;
  /** The secret that the handshake key is derived from. */
  readonly password: string | null;
  /** 16 characters. Deprecated pre-shared key of older satellites. */
  readonly cryptoKey: string | null;
  /** Free-form JSON that no `Client` shows: what belongs to a client and is nobody else's business. */
  readonly secretMetadata: JsonObject;
}

/** What of a client can be set. */
export interface ClientFields {
  readonly name: string;
  readonly description: string;
  readonly isAdmin: boolean;
  readonly lastSeen: number | null;
  readonly allowedTypes: readonly string[];
  readonly canBroadcast: boolean;
  readonly canEscalate: boolean;
  readonly canPropagate: boolean;
  readonly skillBlacklist: readonly string[];
  readonly intentBlacklist: readonly string[];
  /** Replaces the metadata as a whole. `bigint` values are stored digit for digit. */
  readonly metadata: { readonly [key: string]: unknown };
  readonly accessKey: string;
  readonly password: string | null;
  readonly cryptoKey: string | null;
  /** Replaces the secret metadata as a whole, as `metadata` does the other. */
  readonly secretMetadata: { readonly [key: string]: unknown };
}

/**
 * A client to add. What is missing is filled in: a random access key and password (128 bits each, 32 hex
 * digits), the name `HiveMind-Node-<id>`, no allowed type, every other permission as a Python hub grants it.
 * No crypto key is made up: 16 characters cannot hold 128 bits.
 */
export interface ClientDraft extends Partial<ClientFields> {
  /** Only for data that comes from elsewhere (import, migration): the id it had there. */
  readonly id?: ClientId;
}

/** The fields to change; those left out keep the value they have at the moment of the write. */
export type ClientChange = Partial<ClientFields>;
