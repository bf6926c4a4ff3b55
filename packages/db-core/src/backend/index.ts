/** What a backend author imports: the contract and the pieces that every backend needs. */
export * from "./contract.ts";
export type { OptionsIssue, OptionsResult, OptionsSchema } from "./options.ts";
export { applyChange } from "./change.ts";
export { stripCommentLines } from "./comments.ts";
export { CommitQueue, outcome } from "./commit-queue.ts";
export type { Operation, Pending } from "./commit-queue.ts";
export { FileFeed } from "./file-feed.ts";
export { FileLock } from "./file-lock.ts";
export { foundIn } from "./found-in.ts";
export { InsertTokens } from "./insert-tokens.ts";
export type { CommitOutcome, InsertWork } from "./insert-tokens.ts";
export {
  ABSOLUTE_FOLDER,
  FILE_NAME,
  FOLDER,
  isAbsoluteFolder,
  isFileName,
  isInnerFolder,
} from "./file-options.ts";
export {
  createFile,
  flushFolder,
  isReadableByOthers,
  makeFolder,
  openNewFile,
  ownershipOf,
} from "./file-owner.ts";
export type { Ownership } from "./file-owner.ts";
export { guarded } from "./guarded.ts";
export { parseClientId } from "./client-id.ts";
export { pages } from "./pages.ts";
export { changeRecord, draftRecords } from "./record-rules.ts";
export type { RecordView } from "./record-rules.ts";
export { RecordTable } from "./record-table.ts";
export {
  indexValues,
  isTombstone,
  matches,
  OWN_METADATA,
  parseRecord,
  REVOKED_KEY,
  sameButLastSeen,
  tombstone,
  toEntry,
  touched,
} from "./record.ts";
export { migrationNotice, migrationReport, SCHEMA, upgradeRecord } from "./schema.ts";
export { systemError } from "./system-error.ts";
export { unreadableError } from "./unreadable.ts";
export { removalsIn, unitedRemovals, withoutRemoved } from "../credentials/copied-removals.ts";
export type { Removals } from "../credentials/copied-removals.ts";
export { newRecord, withFields } from "../database/client-codec.ts";
export { ArrivingSecrets } from "../sealing/arriving-secrets.ts";
export type { Arrival } from "../sealing/arriving-secrets.ts";
export type { SealOptions } from "../sealing/keyring.ts";
export { isSecretInTheClear } from "../sealing/secret-state.ts";
export { storeKeyIn } from "../sealing/store-key.ts";
export { validFields } from "../database/validate.ts";
export type { ValidFields } from "../database/validate.ts";
export { dataFolder } from "../registry/xdg.ts";
export { DbError, isDbError } from "../errors.ts";
export type { ErrorCode } from "../errors.ts";
export { isExactNumber, isJsonObject, numberOf, parseJson, sameJson, stringifyJson } from "../json.ts";
export type { ExactNumber, Json, JsonObject } from "../json.ts";
export type { ClientId } from "../client.ts";
export type { Notice, NoticeCode, OnNotice } from "../notice.ts";
