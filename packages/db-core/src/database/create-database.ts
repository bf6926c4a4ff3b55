/** What a node uses, over any backend: validation, defaults, life cycle, meaning. */
import { randomUUID } from "node:crypto";
import type {
  Backend,
  BackendPlugin,
  Finding,
  Health,
  MigrationReport,
  StoreInfo,
} from "../backend/contract.ts";
import { guarded } from "../backend/guarded.ts";
import { isTombstone, tombstone } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { Client, ClientChange, ClientDraft, ClientId, ClientSecrets } from "../client.ts";
import { DbError, isDbError, withDetails } from "../errors.ts";
import { sameJson } from "../json.ts";
import type { OnNotice } from "../notice.ts";
import type { Permission, Verdict } from "../permission.ts";
import { authenticate, authorize } from "./authenticate.ts";
import { BadRecordNotices } from "./bad-record-notices.ts";
import type { AddedClient, ClientDatabase, Credential, Lifecycle, WriteOptions } from "./client-database.ts";
import { newRecord, toClient, toSecrets, withFields } from "./client-codec.ts";
import { randomCredential } from "./credentials.ts";
import { iterateOpen } from "./iterate-open.ts";
import { BackendLifecycle } from "./lifecycle.ts";
import { nodeState } from "./node-state.ts";
import type { NodeState } from "./node-state.ts";
import { seconds, validFields } from "./validate.ts";
import { verifyRecords } from "./verify.ts";

export interface CreateDatabaseOptions {
  /** Make the store, with the first write, where there is none. Default: a missing store is an error. */
  readonly create?: boolean;
  /** Hears of what is no error of any call. Default: nobody does. */
  readonly onNotice?: OnNotice;
}

/** One atomic step writes all of a batch; a larger one would hold everybody else up for too long. */
const MAX_BATCH = 1000;

/** A database on this plugin, not yet open. `options` are the plugin's own, parsed: see `openDatabase`. */
export function createDatabase<Options>(
  plugin: BackendPlugin<Options>,
  options: Options,
  { create = false, onNotice = () => undefined }: CreateDatabaseOptions = {},
): ClientDatabase {
  const guardedNotice = guarded("onNotice", onNotice);
  const notify: OnNotice = (notice) => guardedNotice({ backend: plugin.name, ...notice });
  return new Database(plugin.name, plugin.capabilities, notify, async () =>
    plugin.open(options, { create, onNotice: notify }),
  );
}

class Database implements ClientDatabase {
  readonly plugin: ClientDatabase["plugin"];
  readonly #lifecycle: BackendLifecycle;
  readonly #badRecords: BadRecordNotices;

  constructor(
    name: string,
    capabilities: ClientDatabase["plugin"]["capabilities"],
    onNotice: OnNotice,
    open: () => Promise<Backend>,
  ) {
    this.plugin = Object.freeze({ name, capabilities });
    this.#lifecycle = new BackendLifecycle(name, open);
    this.#badRecords = new BadRecordNotices(name, onNotice);
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
    const [added] = await this.addClients([draft], options);
    return added as AddedClient;
  }

  async addClients(
    drafts: readonly ClientDraft[],
    options: WriteOptions = {},
  ): Promise<readonly AddedClient[]> {
    if (drafts.length > MAX_BATCH) throw new DbError("invalid", `a batch holds at most ${MAX_BATCH} clients`);
    const token = options.token ?? randomUUID();
    const recordDrafts = drafts.map(recordDraft);
    return this.#lifecycle.use(async (backend) => {
      if (drafts.length === 0) return [];
      try {
        const records = await backend.insert(recordDrafts, token);
        return records.map((record) => ({ client: toClient(record), secrets: toSecrets(record) }));
      } catch (error) {
        throw withToken(error, token);
      }
    });
  }

  getClient(id: ClientId): Promise<Client | undefined> {
    return this.#read(id, toClient);
  }

  secrets(id: ClientId): Promise<ClientSecrets | undefined> {
    return this.#read(id, (record) => (isTombstone(record) ? undefined : toSecrets(record)));
  }

  #read<T>(id: ClientId, decode: (record: Parameters<typeof toClient>[0]) => T): Promise<T | undefined> {
    return this.#lifecycle.use(async (backend) => {
      const entry = (await backend.get([validId(id)])).get(id);
      if (entry === undefined) return undefined;
      if (entry.record === undefined) throw unreadableError(entry);
      return decode(entry.record);
    });
  }

  findByName(name: string): Promise<readonly Client[]> {
    return this.#lifecycle.use(async (backend) => {
      if (typeof name !== "string") throw new TypeError("a name is a string");
      // A lone surrogate cannot be stored, and some drivers would look for U+FFFD in its place.
      if (!name.isWellFormed()) return [];
      const entries = (await backend.find("name", [name])).get(name) ?? [];
      this.#badRecords.report(entries);
      return entries.flatMap(({ record }) => (record === undefined ? [] : [toClient(record)]));
    });
  }

  async *listClients(): AsyncGenerator<Client> {
    for await (const page of iterateOpen(this.#lifecycle, (backend) => backend.list())) {
      this.#badRecords.report(page);
      for (const { record } of page) if (record !== undefined) yield toClient(record);
    }
  }

  async updateClient(id: ClientId, change: ClientChange | ((now: Client) => ClientChange)): Promise<Client> {
    const fixed = typeof change === "function" ? undefined : validFields(change);
    return this.#lifecycle.use(async (backend) => {
      const record = await backend.update(validId(id), (now) => {
        if (isTombstone(now)) throw noSuchClient(id, "is revoked, which is final");
        const next = withFields(
          now,
          fixed ?? validFields((change as (now: Client) => ClientChange)(toClient(now))),
        );
        return sameJson(next, now) ? undefined : next;
      });
      if (record === undefined) throw noSuchClient(id, "does not exist");
      return toClient(record);
    });
  }

  async revokeClient(id: ClientId): Promise<Client> {
    return this.#lifecycle.use(async (backend) => {
      const record = await backend.update(validId(id), (now) =>
        isTombstone(now) ? undefined : tombstone(id),
      );
      if (record === undefined) throw noSuchClient(id, "does not exist");
      return toClient(record);
    });
  }

  async touch(id: ClientId, at: number = Date.now() / 1000): Promise<void> {
    const when = seconds(at, "the time of a touch");
    return this.#lifecycle.use((backend) =>
      backend.touch(new Map(when === null ? [] : [[validId(id), when]])),
    );
  }

  authenticate(credential: Credential): Promise<Verdict> {
    return this.#lifecycle.use((backend) => authenticate(backend, credential));
  }

  authorize(id: ClientId, permission: Permission): Promise<Verdict> {
    return this.#lifecycle.use((backend) => authorize(backend, validId(id), permission));
  }

  state(scope: "shared" | `node:${string}`, namespace: string): NodeState {
    return nodeState(scope, namespace, (call) => this.#lifecycle.use(call));
  }

  stateScopes(): Promise<readonly string[]> {
    return this.#lifecycle.use((backend) => backend.state.scopes());
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
    yield* iterateOpen(this.#lifecycle, verifyRecords);
    yield* iterateOpen(this.#lifecycle, (backend) => backend.verify({ repair }));
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

function recordDraft({ id, ...draft }: ClientDraft) {
  const fields = { accessKey: randomCredential(), password: randomCredential(), ...validFields(draft) };
  if (id !== undefined && validId(id) < 1)
    throw new DbError("invalid", "a client id is a whole number from 1");
  return { ...(id === undefined ? {} : { id }), make: (newId: ClientId) => newRecord(newId, fields) };
}

function validId(id: ClientId): ClientId {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError("a client id is a whole number");
  return id;
}

function noSuchClient(id: ClientId, what: string): DbError {
  return new DbError("no-such-client", `client ${id} ${what}`, { clientIds: [id] });
}

/** Whoever gets `unconfirmed` needs the token to repeat the call. */
function withToken(error: unknown, token: string): unknown {
  if (!isDbError(error) || error.code !== "unconfirmed" || error.token !== undefined) return error;
  return withDetails(error, { token });
}
