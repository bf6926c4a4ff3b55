/** Clients as people and other programs write them down: fields that are given, and others that are not. */
import { DbError, isDbError, newRecord, tombstone, validFields, withFields } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import type { ClientFields } from "@hivemind/db-core";
import { lastSeen } from "./record-candidate.ts";
import type { Candidate, SourceEntry } from "./source.ts";

export interface Draft {
  readonly id?: ClientId;
  /** A tombstone: needs an id, and nothing else counts. */
  readonly revoked: boolean;
  readonly fields: Partial<ClientFields>;
}

/** Makes the clients of one reading of a file: ids have all of them, or none. */
export class DraftReader {
  #hasIds: boolean | undefined;

  /** `read` throws `invalid` for what is no client. */
  entry(place: string, read: () => Draft): SourceEntry {
    try {
      const draft = read();
      const { id, revoked } = draft;
      this.#hasIds ??= id !== undefined;
      if (this.#hasIds !== (id !== undefined))
        throw new DbError(
          "invalid",
          "either all clients have an id, or none has: new ones could get one of theirs",
        );
      if (id !== undefined && (!Number.isSafeInteger(id) || id < 1))
        throw new DbError("invalid", "a client id is a whole number from 1");
      if (revoked) return revokedCandidate(place, id);
      return draftCandidate(place, draft);
    } catch (error) {
      if (isDbError(error) && error.code === "invalid") return { place, unreadable: error.message };
      throw error;
    }
  }
}

function revokedCandidate(place: string, id: ClientId | undefined): Candidate {
  if (id === undefined) throw new DbError("invalid", "a revoked client has to have an id");
  const record = tombstone(id);
  return { id, place, create: () => record, change: () => record };
}

/** Fields that are not given stay as they are where the client is there already. */
function draftCandidate(place: string, { id, fields }: Draft): Candidate {
  const { accessKey, ...others } = validFields(fields);
  if (accessKey === undefined)
    throw new DbError("invalid", "it has no access key. Was it exported without --show-secrets?");
  const valid = { ...others, accessKey };
  return {
    ...(id === undefined ? {} : { id }),
    place,
    create: (newId) => newRecord(newId, valid),
    change: (now, sealer) => {
      const { lastSeen: seen, ...rest } = valid;
      return withFields(now, typeof seen === "number" && seen > lastSeen(now) ? valid : rest, sealer);
    },
  };
}
