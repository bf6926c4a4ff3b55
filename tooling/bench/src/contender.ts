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
  list(): unknown;
  open(): unknown;
  close(): unknown;
}

/** Gets and sets values by key. */
export interface Alternative {
  /** With the clients from 1 on, in the fastest way there is: not measured. */
  fill(clients: number): Promise<unknown>;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  close(): Promise<unknown>;
}
