/** The ratios that we hold ourselves to: floor / ours, of one run. */
import type { Backend } from "./result.ts";

interface Wanted {
  readonly ratios: Readonly<Partial<Record<Backend, number>>>;
  /** Held at this number of clients; absent: at every one. */
  readonly at?: Readonly<Partial<Record<Backend, number>>>;
}

export const BULK = "bulk insert, 1,000 a commit, per client";
/** It says something where it takes a while. */
export const BULK_CLIENTS = 100_000;

const WANTED: Readonly<Record<string, Wanted>> = {
  "authenticate + authorize, warm": { ratios: { json: 0.6, sqlite: 0.6, redis: 0.6 } },
  "authenticate, cold": { ratios: { sqlite: 0.6, redis: 0.7 } },
  "authenticate, cold, 64 at once": { ratios: { sqlite: 0.6, redis: 0.7 } },
  "durable add, 64 at once": { ratios: { json: 20, sqlite: 6, redis: 0.6 }, at: { json: 10_000 } },
  [BULK]: { ratios: { sqlite: 0.4, redis: 0.5 }, at: { sqlite: BULK_CLIENTS, redis: BULK_CLIENTS } },
};

export function wanted(backend: Backend, clients: number, what: string): string {
  const { ratios, at } = WANTED[what] ?? {};
  const ratio = ratios?.[backend];
  return ratio === undefined || (at?.[backend] ?? clients) !== clients ? "" : `≥ ${ratio}`;
}
