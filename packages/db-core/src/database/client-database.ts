/** What a node works with: the same on every backend. */
import type { BackendPlugin, Finding, Health, MigrationReport, StoreInfo } from "../backend/contract.ts";
import type { X509Certificate } from "node:crypto";
import type { Client, ClientChange, ClientDraft, ClientId, ClientSecrets } from "../client.ts";
import type { ClientCertificate } from "../credentials/certificate-entries.ts";
import type { CertificateInput } from "../credentials/parse-certificate.ts";
import type { PinnedKey, PinnedKeyKind, PinVerdict } from "../credentials/pinned-keys.ts";
import type { Permission, Verdict } from "../permission.ts";
import type { OnChange } from "../changes/change.ts";
import type { RekeyOptions, RekeyReport } from "../sealing/rekey.ts";
import type { NodeState } from "./node-state.ts";

export interface ClientDatabase extends AsyncDisposable {
  readonly plugin: Pick<BackendPlugin, "name" | "capabilities">;
  readonly lifecycle: Lifecycle;

  /** Opens the store. Opening an open database does nothing; two calls at once open once. */
  open(): Promise<void>;
  /** Lets calls under way end, then releases everything. Idempotent. `open` works again afterwards. */
  close(): Promise<void>;
  info(): StoreInfo;

  /** Adds one client, and answers it with its secrets: the moment to show generated ones. */
  addClient(draft?: ClientDraft, options?: WriteOptions): Promise<AddedClient>;
  /** Adds up to 1,000 clients, all or none. */
  addClients(drafts: readonly ClientDraft[], options?: WriteOptions): Promise<readonly AddedClient[]>;
  /** A client by id, tombstones included; `undefined` where there is none. */
  getClient(id: ClientId): Promise<Client | undefined>;
  /** Every living client of this name, by ascending id. Names need not be unique. */
  findByName(name: string): Promise<readonly Client[]>;
  /** All clients by ascending id, tombstones included. */
  listClients(): AsyncIterable<Client>;
  /**
   * The secrets of a living client; `undefined` where there is no such client or it is revoked. Where one is
   * sealed: `no-key` or `wrong-key` without its key, `corrupt` where it was damaged.
   */
  secrets(id: ClientId): Promise<ClientSecrets | undefined>;
  /**
   * Changes the given fields and no others, in one atomic step, and answers the client after it. A function
   * gets the client as it is at that step, and may run several times. `no-such-client` if unknown or revoked.
   */
  updateClient(id: ClientId, change: ClientChange | ((now: Client) => ClientChange)): Promise<Client>;
  /** Makes a tombstone of the client, for good. Already revoked: fine. `no-such-client` if unknown. */
  revokeClient(id: ClientId): Promise<Client>;
  /**
   * The client was seen now (or at `at`, Unix seconds). Only ever forward; ignores unknown and revoked ids. It is
   * written with others, at most `lastSeenIntervalMs` later; this handle's reads show it at once.
   */
  touch(id: ClientId, at?: number): Promise<void>;
  /** Writes the touches that are waiting. `close` does; a node that is told to end without it calls this. */
  flush(): Promise<void>;

  /**
   * Who is this? An access key identifies, and the handshake with the password proves. A certificate that comes
   * from a TLS handshake is proof. Errors are never an allow.
   */
  authenticate(credential: Credential): Promise<Verdict>;
  /** May this client do that, as things stand now? */
  authorize(id: ClientId, permission: Permission): Promise<Verdict>;

  /**
   * Lets the client in by this certificate too. Exactly one: `invalid` for a chain or a private key. Already
   * there: fine. `duplicate-key` where another living client has it, `no-such-client` if unknown or revoked.
   */
  addCertificate(id: ClientId, certificate: CertificateInput): Promise<ClientCertificate>;
  /**
   * For good, whatever a Python hub writes back: only adding it again makes it valid. `fingerprint`: SHA-256 in
   * hex, with or without colons. Answers whether the client had it; `no-such-client` if unknown or revoked.
   */
  removeCertificate(id: ClientId, fingerprint: string): Promise<boolean>;
  /** In the order in which they were added, the expired too; `undefined` where there is no living client. */
  certificates(id: ClientId): Promise<readonly ClientCertificate[] | undefined>;

  /**
   * Trust on first use: keeps the first key of this kind for the client, on all nodes at once, and compares
   * every later one. `pinned: false` means: do not talk to this peer. Give the key in the same form each time.
   */
  pinKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<PinVerdict>;
  /** For operators: pins this key, in place of the one that was. `no-such-client` if unknown or revoked. */
  setPinnedKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<void>;
  /** For operators: the next key that the client shows is pinned. Answers whether there was one. */
  clearPinnedKey(id: ClientId, kind: PinnedKeyKind): Promise<boolean>;
  /** The keys that are pinned for the client. */
  pinnedKeys(id: ClientId): Promise<ReadonlyMap<PinnedKeyKind, PinnedKey>>;

  /**
   * Tells the listener what is different about a followed client, once for each difference that this process
   * meets, whoever made it; `reset` where anything may have changed, and then what does differ. Answers how to
   * stop.
   */
  onChange(listener: OnChange): () => void;
  /**
   * Follows a client with a live connection, from how the caller knows it: what a verdict answered. Any change
   * since then is told too; of its credentials, where it is that very object and no copy, else from the call on.
   * Answers how to let go; `close` lets go of all. Where others follow it already, listeners hear again what this
   * caller has missed.
   */
  follow(client: Client): () => void;

  /** What the node remembers for itself, under `shared` or `node:<nodeId>`. */
  state(scope: "shared" | `node:${string}`, namespace: string): NodeState;

  /** Every scope under which any node remembers something. */
  stateScopes(): Promise<readonly string[]>;

  /**
   * Seals every secret of the store under the configured key, or unseals it where only `previous` keys are
   * configured, while nodes go on working: each needs both keys meanwhile. Killed or stopped, it goes on when
   * called again. `no-key` without any key, `wrong-key` where the store is sealed under one that is not given.
   */
  rekey(options?: RekeyOptions): Promise<RekeyReport>;

  /** Cheap, and never throws: not open and not reachable are answers. */
  health(): Promise<Health>;
  /** Everything that is wrong with the store, the expensive way. */
  verify(options?: { readonly repair?: boolean }): AsyncIterable<Finding>;
  /** Upgrades the store to the current schema now, instead of with its next write. */
  migrate(): Promise<MigrationReport>;
  /** An online copy of the whole store, as private as the store itself. */
  backup(path: string): Promise<void>;
}

export type Lifecycle = "closed" | "opening" | "open" | "closing";

export type Credential = AccessKeyCredential | CertificateCredential;

export interface AccessKeyCredential {
  readonly accessKey: string;
}

export interface CertificateCredential {
  /**
   * What `tlsSocket.getPeerX509Certificate()` answers, on a server with `requestCert`: the handshake has proved
   * that the peer has its key. Nothing else proves that: a certificate is public.
   */
  readonly certificate: X509Certificate | undefined;
}

export interface AddedClient {
  readonly client: Client;
  readonly secrets: ClientSecrets;
}

export interface WriteOptions {
  /** The `token` of an `unconfirmed` error: repeats that call without doing it twice. */
  readonly token?: string;
}
