/**
 * What a node uses, over any backend: validation, defaults, life cycle, meaning.
 * Over 200 lines: the one list of what a node can do, a few lines each.
 */
import type {
  Backend,
  BackendPlugin,
  Finding,
  Health,
  MigrationReport,
  StoreInfo,
} from "../backend/contract.ts";
import { guarded } from "../backend/guarded.ts";
import { ClientCredentials } from "../credentials/client-credentials.ts";
import { TrustedCas } from "../credentials/trusted-cas.ts";
import type { ClientCertificate } from "../credentials/certificate-entries.ts";
import type { CertificateInput } from "../credentials/parse-certificate.ts";
import type { PinnedKey, PinnedKeyKind, PinVerdict } from "../credentials/pinned-keys.ts";
import type { Client, ClientChange, ClientDraft, ClientId, ClientSecrets } from "../client.ts";
import { publishNotice } from "../diagnostics.ts";
import { DbError, isDbError } from "../errors.ts";
import type { OnNotice } from "../notice.ts";
import type { Permission, Verdict } from "../permission.ts";
import type { OnChange } from "../changes/change.ts";
import { DEFAULT_INTERVAL_MS, LastSeen } from "../last-seen/last-seen.ts";
import { HotPath } from "../cache/hot-path.ts";
import type { CacheOptions } from "../cache/hot-path.ts";
import { authenticate, authorize, recallPermission, recallVerdict } from "./authenticate.ts";
import { Keyring } from "../sealing/keyring.ts";
import type { SealOptions } from "../sealing/keyring.ts";
import { rekey } from "../sealing/rekey.ts";
import type { RekeyOptions, RekeyReport } from "../sealing/rekey.ts";
import { Sealing } from "../sealing/sealing.ts";
import { BadRecordNotices } from "./bad-record-notices.ts";
import type { AddedClient, ClientDatabase, Credential, Lifecycle, WriteOptions } from "./client-database.ts";
import { Clients } from "./clients.ts";
import { iterateOpen } from "./iterate-open.ts";
import { BackendLifecycle } from "./lifecycle.ts";
import { nodeState } from "./node-state.ts";
import type { NodeState, WithBackend } from "./node-state.ts";
import { validId } from "./valid-id.ts";
import { seconds } from "./validate.ts";
import { verifyAll, verifyRecords } from "./verify.ts";

export interface CreateDatabaseOptions {
  /** Make the store, with the first write, where there is none. Default: a missing store is an error. */
  readonly create?: boolean;
  /** Hears of what is no error of any call. Default: nobody does. */
  readonly onNotice?: OnNotice;
  /** What may be kept in memory to answer `authenticate` and `authorize`. */
  readonly cache?: CacheOptions;
  /**
   * PEM texts of CA certificates. Given: a client's certificate must also have been issued by one of these, or
   * under it. Absent: it is enough that an operator has added it.
   */
  readonly trustedCas?: readonly string[];
  /**
   * For how long `touch` may collect before it writes; 0: a touch that has resolved is stored. Default: what the
   * plugin asks for, else 1,000.
   */
  readonly lastSeenIntervalMs?: number;
  /** Secrets are sealed at rest under these keys. Default: they are stored as they are. */
  readonly seal?: SealOptions | undefined;
}

/** A database on this plugin, not yet open. `options` are the plugin's own, parsed: see `openDatabase`. */
export function createDatabase<Options>(
  plugin: BackendPlugin<Options>,
  options: Options,
  {
    create = false,
    onNotice = () => undefined,
    cache = {},
    lastSeenIntervalMs = plugin.lastSeenIntervalMs ?? DEFAULT_INTERVAL_MS,
    trustedCas,
    seal,
  }: CreateDatabaseOptions = {},
): ClientDatabase {
  const guardedNotice = guarded("onNotice", onNotice);
  const notify: OnNotice = (given) => {
    const notice = { backend: plugin.name, ...given };
    publishNotice(notice);
    guardedNotice(notice);
  };
  const trusted = trustedCas === undefined ? undefined : new TrustedCas(trustedCas);
  const sealing = new Sealing(new Keyring(seal));
  return new Database(plugin, { onNotice: notify, cache, lastSeenIntervalMs, sealing }, trusted, async () =>
    plugin.open(options, { create, onNotice: notify }),
  );
}

interface DatabaseParts {
  readonly onNotice: OnNotice;
  readonly cache: CacheOptions;
  readonly lastSeenIntervalMs: number;
  readonly sealing: Sealing;
}

class Database implements ClientDatabase {
  readonly plugin: ClientDatabase["plugin"];
  readonly #lifecycle: BackendLifecycle;
  readonly #hot: HotPath;
  readonly #lastSeen: LastSeen;
  readonly #clients: Clients;
  readonly #credentials: ClientCredentials;
  readonly #sealing: Sealing;

  constructor(
    { name, capabilities }: Pick<BackendPlugin, "name" | "capabilities">,
    { onNotice, cache, lastSeenIntervalMs, sealing }: DatabaseParts,
    trusted: TrustedCas | undefined,
    open: () => Promise<Backend>,
  ) {
    this.plugin = Object.freeze({ name, capabilities });
    this.#lifecycle = new BackendLifecycle(
      name,
      async () => this.#hot.over(await open()),
      async (backend) => {
        await this.#lastSeen.stop(backend);
        await this.#hot.stop();
      },
    );
    const withBackend: WithBackend = (call) => this.#lifecycle.use(call);
    this.#hot = new HotPath(name, cache, sealing.keyring, withBackend);
    this.#lastSeen = new LastSeen({ name, intervalMs: lastSeenIntervalMs, onNotice, withBackend });
    this.#clients = new Clients(this.#lifecycle, new BadRecordNotices(name, onNotice), sealing);
    this.#sealing = sealing;
    this.#credentials = new ClientCredentials(this.#lifecycle, this.#hot.lookUps, trusted);
  }

  get lifecycle(): Lifecycle {
    return this.#lifecycle.state;
  }

  open(): Promise<void> {
    return this.#lifecycle.open();
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  info(): StoreInfo {
    return this.#lifecycle.backend.info();
  }

  async addClient(draft: ClientDraft = {}, options: WriteOptions = {}): Promise<AddedClient> {
    const [added] = await this.#clients.add([draft], options);
    return added as AddedClient;
  }

  async addClients(
    drafts: readonly ClientDraft[],
    options: WriteOptions = {},
  ): Promise<readonly AddedClient[]> {
    return this.#clients.add(drafts, options);
  }

  async getClient(id: ClientId): Promise<Client | undefined> {
    const client = await this.#clients.get(id);
    return client && this.#lastSeen.seen(client);
  }

  async findByName(name: string): Promise<readonly Client[]> {
    const found = await this.#clients.findByName(name);
    return found.map((client) => this.#lastSeen.seen(client));
  }

  async *listClients(): AsyncGenerator<Client> {
    for await (const client of this.#clients.list()) yield this.#lastSeen.seen(client);
  }

  secrets(id: ClientId): Promise<ClientSecrets | undefined> {
    return this.#clients.secrets(id);
  }

  updateClient(id: ClientId, change: ClientChange | ((now: Client) => ClientChange)): Promise<Client> {
    return this.#clients.update(id, change);
  }

  async revokeClient(id: ClientId): Promise<Client> {
    const client = await this.#clients.revoke(id);
    await this.#credentials.forgetPinnedKeys(id);
    return client;
  }

  async touch(id: ClientId, at: number = Date.now() / 1000): Promise<void> {
    const when = seconds(at, "the time of a touch");
    this.#lifecycle.requireOpen();
    if (when !== null) await this.#lastSeen.touch(validId(id), when);
  }

  flush(): Promise<void> {
    return this.#lastSeen.flush();
  }

  async authenticate(credential: Credential): Promise<Verdict> {
    if ("certificate" in credential) return this.#credentials.authenticate(credential.certificate);
    const { lookUps } = this.#hot;
    this.#lifecycle.requireOpen();
    return recallVerdict(lookUps, credential) ?? (await authenticate(lookUps, credential));
  }

  async authorize(id: ClientId, permission: Permission): Promise<Verdict> {
    const { lookUps } = this.#hot;
    this.#lifecycle.requireOpen();
    return recallPermission(lookUps, id, permission) ?? (await authorize(lookUps, validId(id), permission));
  }

  addCertificate(id: ClientId, certificate: CertificateInput): Promise<ClientCertificate> {
    return this.#credentials.addCertificate(id, certificate);
  }

  removeCertificate(id: ClientId, fingerprint: string): Promise<boolean> {
    return this.#credentials.removeCertificate(id, fingerprint);
  }

  certificates(id: ClientId): Promise<readonly ClientCertificate[] | undefined> {
    return this.#credentials.certificates(id);
  }

  pinKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<PinVerdict> {
    return this.#credentials.pinKey(id, kind, publicKey);
  }

  setPinnedKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<void> {
    return this.#credentials.setPinnedKey(id, kind, publicKey);
  }

  clearPinnedKey(id: ClientId, kind: PinnedKeyKind): Promise<boolean> {
    return this.#credentials.clearPinnedKey(id, kind);
  }

  pinnedKeys(id: ClientId): Promise<ReadonlyMap<PinnedKeyKind, PinnedKey>> {
    return this.#credentials.pinnedKeys(id);
  }

  onChange(listener: OnChange): () => void {
    return this.#hot.followed.onChange(listener);
  }

  follow(client: Client): () => void {
    this.#lifecycle.requireOpen();
    return this.#hot.followed.follow(client);
  }

  state(scope: "shared" | `node:${string}`, namespace: string): NodeState {
    return nodeState(scope, namespace, (call) => this.#lifecycle.use(call), this.#sealing);
  }

  stateScopes(): Promise<readonly string[]> {
    return this.#lifecycle.use((backend) => backend.state.scopes());
  }

  rekey(options: RekeyOptions = {}): Promise<RekeyReport> {
    return rekey(this.#lifecycle, this.#sealing.keyring, options);
  }

  async health(): Promise<Health> {
    try {
      return await this.#lifecycle.use((backend) => backend.health());
    } catch (error) {
      if (!isDbError(error)) throw error;
      return { ok: false, message: error.message, details: { code: error.code } };
    }
  }

  async *verify({ repair = false }: { readonly repair?: boolean } = {}): AsyncGenerator<Finding> {
    yield* verifyAll(
      () => iterateOpen(this.#lifecycle, (backend) => verifyRecords(backend, repair, this.#sealing.keyring)),
      () => iterateOpen(this.#lifecycle, (backend) => backend.verify({ repair })),
    );
  }

  migrate(): Promise<MigrationReport> {
    return this.#lifecycle.use((backend) => this.#capable(backend, "migrate")());
  }

  backup(path: string): Promise<void> {
    return this.#lifecycle.use((backend) => this.#capable(backend, "backup")(path));
  }

  #capable<Name extends "migrate" | "backup">(backend: Backend, name: Name): NonNullable<Backend[Name]> {
    const method: Backend["migrate"] | Backend["backup"] = backend[name];
    if (method !== undefined) return method.bind(backend) as NonNullable<Backend[Name]>;
    throw new DbError("unsupported", `${this.plugin.name} has no ${name}`, { backend: this.plugin.name });
  }
}
