/** What can be measured by hand on one backend: the floors, and what a user would pick instead. */
export interface Contender {
  /** A proof that nothing has changed, as ours has to have it for each turn. */
  proveFresh(): boolean;
  /** One client by its key, straight from the store, decoded. */
  cold(key: string): unknown;
  /** Many at once, as the store is asked best. */
  coldMany(keys: readonly string[]): unknown;
  /** One durable insert. */
  add(id: number): unknown;
  /** As many inserts, each acknowledged, as the plain driver makes of them. */
  addMany(ids: readonly number[]): unknown;
  update(id: number): unknown;
  touch(id: number): unknown;
  bulk(from: number, count: number): unknown;
  /** Nothing of what was inserted is left, where a bulk does not begin anew by itself. */
  empty?(): unknown;
  list(): unknown;
  open(): unknown;
  /** From now on: is this client still let in, where another process may revoke it at any moment? */
  admits(): Promise<(key: string, id: number) => boolean | Promise<boolean>>;
  close(): unknown;
}

/** Gets and sets values by key. */
export interface Alternative {
  /** With the clients from 1 on, in the fastest way there is: not measured. */
  fill(clients: number): Promise<unknown>;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  /** As many as a commit of ours holds. */
  setMany(entries: readonly Entry[]): Promise<unknown>;
  /** Absent where another process would never hear of it. */
  readonly delete?: (key: string) => Promise<unknown>;
  list(): AsyncIterable<unknown>;
  close(): Promise<unknown>;
}

export interface Entry {
  readonly key: string;
  readonly value: unknown;
}
