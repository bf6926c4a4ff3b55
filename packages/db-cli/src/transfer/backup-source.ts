/** A backup as the source of a restore. Every byte of it is checked before any is used. */
import { DbError, isJsonObject, parseClientId, toEntry } from "@hivemind/db-core/backend";
import type { Json, JsonObject, StoredEntry } from "@hivemind/db-core/backend";
import { BACKUP_FORMAT, BACKUP_VERSION, checksum, parseBackupLine } from "./backup-format.ts";
import { fileLines } from "./file-lines.ts";
import { sourceEntry } from "./record-candidate.ts";
import { MEND_RECORDS } from "./source.ts";
import type { Source, SourceEntry, StateEntry } from "./source.ts";
import type { Watcher } from "./transfer.ts";

const PAGE = 500;

/** Throws `corrupt` for what is no whole backup, and `newer-schema` for one that this release does not know. */
export async function openBackup(path: string, { progress, interrupt }: Watcher): Promise<Source> {
  progress.begin("Checking");
  const hash = checksum();
  let schema: 1 | 2 | undefined;
  const counts = { records: 0, state: 0 };
  let end: JsonObject | undefined;
  for await (const { bytes, number } of fileLines(path)) {
    if (number % PAGE === 0) interrupt.check();
    const value = parseBackupLine(bytes);
    if (schema === undefined) {
      schema = schemaOf(path, value);
    } else if (end !== undefined || value === undefined) {
      throw damaged(path, `line ${number} ${end === undefined ? "is not valid" : "comes after the end"}`);
    } else if (isJsonObject(value["end"])) {
      end = value["end"];
      const expected = { ...counts, sha256: hash.digest("hex") };
      for (const [name, is] of Object.entries(expected))
        if (end[name] !== is)
          throw damaged(path, `its ${name === "sha256" ? "checksum" : `count of ${name}`} is wrong`);
    } else if (isJsonObject(value["record"])) {
      const entry = entryOf(value["record"]);
      if (entry.record === undefined) throw damaged(path, `line ${number}: ${entry.reason}`);
      counts.records += 1;
    } else if (stateOf(value["state"]) !== undefined) counts.state += 1;
    else throw damaged(path, `line ${number} is neither a record nor state`);
    if (end === undefined) hash.update(bytes);
    progress.add(1);
  }
  progress.end();
  if (schema === undefined) throw noBackup(path);
  if (end === undefined) throw damaged(path, "its end is missing");
  return backupSource(path, schema);
}

function backupSource(path: string, schema: 1 | 2): Source {
  return {
    schema,
    onUnreadable: MEND_RECORDS,
    pages: async function* () {
      let page: SourceEntry[] = [];
      for await (const { bytes } of fileLines(path)) {
        const record = parseBackupLine(bytes)?.["record"];
        if (!isJsonObject(record)) continue;
        page.push(sourceEntry(entryOf(record)));
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },
    state: async function* () {
      for await (const { bytes } of fileLines(path)) {
        const entry = stateOf(parseBackupLine(bytes)?.["state"]);
        if (entry !== undefined) yield entry;
      }
    },
  };
}

function entryOf(record: JsonObject): StoredEntry {
  const { client_id: id } = record;
  return toEntry(typeof id === "number" ? parseClientId(String(id)) : undefined, record, "");
}

function stateOf(value: Json | undefined): StateEntry | undefined {
  if (!isJsonObject(value)) return undefined;
  const { scope, key, text } = value;
  if (typeof scope !== "string" || typeof key !== "string" || typeof text !== "string") return undefined;
  return { scope, key, text };
}

function schemaOf(path: string, header: JsonObject | undefined): 1 | 2 {
  if (header?.["format"] !== BACKUP_FORMAT) throw noBackup(path);
  const { version, schema } = header;
  if (version !== BACKUP_VERSION || (schema !== 1 && schema !== 2)) {
    throw new DbError(
      "newer-schema",
      `${path} was made by a later release of \`hivemind-db backup\`: update @hivemind/db-cli`,
    );
  }
  return schema;
}

function noBackup(path: string): DbError {
  return new DbError(
    "corrupt",
    `${path} is no backup of \`hivemind-db backup\`: its first line does not say so. Clients from other files: import-clients`,
  );
}

function damaged(path: string, why: string): DbError {
  return new DbError(
    "corrupt",
    `the backup ${path} is damaged: ${why}. Nothing was restored; take another one`,
  );
}
