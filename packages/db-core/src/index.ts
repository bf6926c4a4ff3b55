export type { Client, ClientChange, ClientDraft, ClientFields, ClientId, ClientSecrets } from "./client.ts";
export { DbError, ERROR_CODES, isDbError } from "./errors.ts";
export type { DbErrorDetails, ErrorCode } from "./errors.ts";
export { exactNumber, isExactNumber, parseJson, stringifyJson } from "./json.ts";
export type { ExactNumber, Json, JsonObject } from "./json.ts";
export type { Notice, NoticeCode, OnNotice } from "./notice.ts";
export { checkPermission } from "./permission.ts";
export { randomCredential } from "./database/credentials.ts";
export type { Allowed, Denied, DenyReason, Permission, Verdict } from "./permission.ts";
export type { ClientCertificate } from "./credentials/certificate-entries.ts";
export type { CertificateInput } from "./credentials/parse-certificate.ts";
export type { PinnedKey, PinnedKeyKind, PinVerdict } from "./credentials/pinned-keys.ts";
export { createDatabase } from "./database/create-database.ts";
export type { CreateDatabaseOptions } from "./database/create-database.ts";
export type { CacheOptions } from "./cache/hot-path.ts";
export type { ChangeReason, ChangesReset, ClientChanged, OnChange } from "./changes/change.ts";
export { importClients } from "./database/import-clients.ts";
export type { ImportOptions } from "./database/import-clients.ts";
export type {
  AccessKeyCredential,
  AddedClient,
  CertificateCredential,
  ClientDatabase,
  Credential,
  Lifecycle,
  WriteOptions,
} from "./database/client-database.ts";
export type { SealOptions } from "./sealing/keyring.ts";
export type { RekeyOptions, RekeyProgress, RekeyReport, UnreadableSecret } from "./sealing/rekey.ts";
export type { NodeState } from "./database/node-state.ts";
export type {
  BackendPlugin,
  Capabilities,
  ConvertOptions,
  ConvertReport,
  Finding,
  Guarantees,
  Health,
  MigrationReport,
  StoreInfo,
} from "./backend/contract.ts";
export * from "./registry/index.ts";
