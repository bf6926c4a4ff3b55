/** What is to be done for a client to be, given what the target holds. */
import { indexValues, isTombstone } from "@hivemind/db-core/backend";
import type { Arrival, Backend, ClientId, StoredEntry, StoredRecord } from "@hivemind/db-core/backend";
import { lastSeen } from "./record-candidate.ts";
import { differingFields } from "./same-record.ts";
import type { Candidate } from "./source.ts";

export type Decision =
  | { readonly kind: "add" }
  | { readonly kind: "same"; readonly id: ClientId }
  /** Seen later than the target knows; all else is the same. */
  | { readonly kind: "touch"; readonly id: ClientId; readonly seconds: number }
  | Conflict;

export interface Conflict {
  readonly kind: "conflict";
  /** The rest of a sentence about the candidate, without values. */
  readonly reason: string;
  readonly clientIds: readonly ClientId[];
  /** The record to replace, where replacing is possible. */
  readonly replace?: ClientId;
  /** It is revoked in the target, which is final. */
  readonly isRevoked: boolean;
}

const UNIQUE = ["accessKey", "fingerprint"] as const;
const NAMES = { accessKey: "access key", fingerprint: "certificate" } as const;
type Unique = (typeof UNIQUE)[number];

/** One look at the target for a page of candidates; the decisions are in their order. */
export async function decide(
  target: Backend,
  page: readonly Candidate[],
  arrival: Arrival,
): Promise<readonly Decision[]> {
  const ids = page.flatMap(({ id }) => id ?? []);
  const byId = ids.length === 0 ? new Map<ClientId, StoredEntry>() : await target.get(ids);
  const cases = page.map((candidate) => caseOf(candidate, byId.get(candidate.id ?? -1), arrival));
  const holders = await lookUp(target, cases);
  return cases.map((one) => decideCase(one, holders, arrival));
}

interface Case {
  readonly candidate: Candidate;
  readonly there: StoredEntry | undefined;
  /** The values that it would have and has not yet: nobody else may have them. */
  readonly wanted: ReadonlyMap<Unique, readonly string[]>;
}

function caseOf(candidate: Candidate, there: StoredEntry | undefined, arrival: Arrival): Case {
  if (there !== undefined && (there.record === undefined || isTombstone(there.record)))
    return { candidate, there, wanted: new Map() };
  const next =
    there === undefined ? candidate.create(candidate.id ?? 0) : becomes(candidate, there.record, arrival);
  const wanted = UNIQUE.map((index) => {
    const had = there === undefined ? [] : indexValues(there.record, index);
    return [index, indexValues(next, index).filter((value) => !had.includes(value))] as const;
  });
  return { candidate, there, wanted: new Map(wanted) };
}

type Holders = ReadonlyMap<Unique, ReadonlyMap<string, readonly StoredEntry[]>>;

async function lookUp(target: Backend, cases: readonly Case[]): Promise<Holders> {
  const holders = new Map<Unique, ReadonlyMap<string, readonly StoredEntry[]>>();
  for (const index of UNIQUE) {
    const values = [...new Set(cases.flatMap(({ wanted }) => wanted.get(index) ?? []))];
    if (values.length > 0) holders.set(index, await target.find(index, values));
  }
  return holders;
}

function decideCase(one: Case, holders: Holders, arrival: Arrival): Decision {
  const { candidate, there } = one;
  if (there !== undefined) return decideThere(candidate, there, clash(one, holders, candidate.id), arrival);
  if (candidate.id !== undefined) return clash(one, holders, candidate.id) ?? { kind: "add" };
  // Without an id of its own, it is the client that has its access key.
  const [key = ""] = one.wanted.get("accessKey") ?? [];
  const owners = holders.get("accessKey")?.get(key) ?? [];
  const [owner] = owners;
  if (owner === undefined) return clash(one, holders) ?? { kind: "add" };
  if (owners.length > 1) {
    const ids = owners.flatMap(({ id }) => id ?? []);
    return conflict(`has an access key that several clients have: ${ids.join(", ")}`, ids);
  }
  return decideThere(candidate, owner, clash(one, holders, owner.id), arrival);
}

function decideThere(
  candidate: Candidate,
  { id, record }: StoredEntry,
  taken: Conflict | undefined,
  arrival: Arrival,
): Decision {
  if (record === undefined || id === undefined)
    return conflict("cannot be told from a record that cannot be read: run `hivemind-db doctor`", id);
  const isDead = isTombstone(candidate.create(id));
  if (isTombstone(record)) {
    if (isDead) return { kind: "same", id };
    return { ...conflict("is revoked there, which is final", id), isRevoked: true };
  }
  if (taken !== undefined) return taken;
  const next = becomes(candidate, record, arrival);
  const fields = differingFields(record, next);
  if (fields.length === 0) return { kind: "same", id };
  if (fields.length === 1 && fields[0] === "last_seen") return { kind: "touch", id, seconds: lastSeen(next) };
  const other = candidate.id === id ? "the one that is there" : `client ${id}`;
  const reason = isDead ? `is revoked, and ${other} is not` : `differs from ${other} in ${fields.join(", ")}`;
  return { ...conflict(reason, id), replace: id };
}

/** Another client of the target, than the one with this id, has what this one must have alone. */
function clash({ wanted }: Case, holders: Holders, own?: ClientId): Conflict | undefined {
  for (const index of UNIQUE) {
    for (const value of wanted.get(index) ?? []) {
      const other = holders
        .get(index)
        ?.get(value)
        ?.find(({ id }) => id === undefined || id !== own);
      if (other === undefined) continue;
      if (other.record === undefined)
        return conflict(`may share its ${NAMES[index]} with a record that cannot be read`, other.id);
      return conflict(`has the ${NAMES[index]} of client ${other.id}`, other.id);
    }
  }
  return undefined;
}

function conflict(reason: string, ids: ClientId | undefined | readonly ClientId[]): Conflict {
  return {
    kind: "conflict",
    reason,
    clientIds: [ids ?? []].flat() as readonly ClientId[],
    isRevoked: false,
  };
}

/** The record after replacing; a tombstone of the source revokes. */
export function replacement(
  candidate: Candidate,
  now: StoredRecord,
  arrival: Arrival,
): StoredRecord | undefined {
  return isTombstone(now) ? undefined : arrival.record(becomes(candidate, now, arrival));
}

/** With every secret that stays the same in the form that it has. */
function becomes(candidate: Candidate, now: StoredRecord, arrival: Arrival): StoredRecord {
  return arrival.settle(candidate.change(now, arrival.sealer), now);
}
