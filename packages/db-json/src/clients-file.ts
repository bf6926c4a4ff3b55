/**
 * The file of clients as it is now: its text, and its records in memory.
 * Over 200 lines: following, reading and replacing one file share what is known of it.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
  DbError,
  isDbError,
  parseClientId,
  parseRecord,
  RecordTable,
  sameButLastSeen,
  SCHEMA,
  stripCommentLines,
} from "@hivemind/db-core/backend";
import type { ClientId, StoredEntry, UnreadableEntry } from "@hivemind/db-core/backend";
import type { FileCodec } from "./file-codec.ts";
import { ObjectText } from "./object-text.ts";
import { ObjectTextError, parseObjectText } from "./object-text-parser.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { StoreFiles } from "./store-files.ts";
import { goneError, TrackedFile } from "./tracked-file.ts";

/** Older Python plugins write in place, so that a reader can meet half a file. This long it may take. */
const HALF_WRITTEN_MS = 500;
const REREAD_MS = 10;

export type OnChange = (changed: readonly ClientId[] | "all") => void;

export class ClientsFile {
  readonly #files: StoreFiles;
  readonly #codec: FileCodec;
  readonly #identity: StoreIdentity;
  readonly #tracked: TrackedFile;
  readonly #marker: TrackedFile;
  readonly #onChange: OnChange;
  #text = ObjectText.empty;
  #table = new RecordTable();
  #schema: 1 | 2 = SCHEMA;
  #exists = false;
  #hadRecords = false;

  constructor(files: StoreFiles, codec: FileCodec, identity: StoreIdentity, onChange: OnChange) {
    this.#files = files;
    this.#codec = codec;
    this.#identity = identity;
    this.#tracked = new TrackedFile(files.clients);
    this.#marker = new TrackedFile(files.schemaVersion);
    this.#onChange = onChange;
  }

  get table(): RecordTable {
    return this.#table;
  }

  get text(): ObjectText {
    return this.#text;
  }

  /** The schema that the marker beside the file states; of a store that is not there yet, ours. */
  get schema(): 1 | 2 {
    return this.#schema;
  }

  get exists(): boolean {
    return this.#exists;
  }

  close(): void {
    this.#tracked.forget();
    this.#marker.forget();
  }

  /** Brings memory up to the file. Waits a moment for a file that somebody is writing right now. */
  async refresh(): Promise<void> {
    const deadline = performance.now() + HALF_WRITTEN_MS;
    for (;;) {
      try {
        return this.refreshNow();
      } catch (error) {
        if (!isDbError(error) || error.code !== "corrupt" || performance.now() > deadline || !this.#isFresh())
          throw error;
      }
      await delay(REREAD_MS);
    }
  }

  /** Brings memory up to the file and reports what differs. Throws where that cannot be told. */
  refreshNow(): void {
    const read = this.#tracked.read();
    if (read === "absent" && this.#exists) throw goneError(this.#files.clients);
    if (read === "absent") return this.#identity.confirmAbsent();
    try {
      this.#readSchema();
      if (read !== "same") this.#load(read);
      this.#exists = true;
    } catch (error) {
      // Whoever asks next must hear of it again, and not get what was there before.
      this.#tracked.forget();
      this.#marker.forget();
      throw error;
    }
  }

  /** As `refreshNow`, for a look that will be repeated: a file being written right now is `locked`. */
  lookNow(): void {
    try {
      this.refreshNow();
    } catch (error) {
      if (!isDbError(error) || error.code !== "corrupt" || !this.#isFresh()) throw error;
      throw new DbError("locked", `${this.#files.clients} is being written`);
    }
  }

  /** The file's bytes for this text. */
  encode(text: ObjectText): Buffer {
    return this.#codec.encode(text.toString());
  }

  /** What we have just written: no need to read it back. Never throws, for the write is done. */
  adopt(text: ObjectText, bytes: Buffer, schema: 1 | 2): void {
    this.#tracked.adopt(bytes);
    this.#exists = true;
    this.#schema = schema;
    this.#take(text);
  }

  #isFresh(): boolean {
    const age = this.#tracked.lastReadAgeMs;
    return age !== undefined && Math.abs(age) < HALF_WRITTEN_MS;
  }

  #load(bytes: Buffer): void {
    this.#identity.confirmSame();
    const text = parseClients(this.#files.clients, this.#codec, bytes);
    if (hasRecord(text)) this.#hadRecords = true;
    else this.#identity.confirmWithoutRecords({ hadRecords: this.#hadRecords, isEmpty: text.isEmpty });
    this.#take(text);
  }

  /** The number beside the file. Absent, it is 1. */
  #readSchema(): void {
    const read = this.#marker.read();
    if (read === "same") return;
    const path = this.#files.schemaVersion;
    const text = read === "absent" ? "1" : read.toString("utf8").trim();
    if (!/^\d{1,9}$/.test(text)) throw new DbError("corrupt", `${path} does not hold a schema number`);
    if (Number(text) > SCHEMA) {
      throw new DbError(
        "newer-schema",
        `${path} says ${text}, this release knows ${SCHEMA}: update @hivemind/db-json`,
      );
    }
    this.#schema = Number(text) === SCHEMA ? SCHEMA : 1;
  }

  /** Takes the text as the store; only records whose text differs are read. */
  #take(text: ObjectText): void {
    const changed: ClientId[] = [];
    const withoutId: UnreadableEntry[] = [];
    // An entry without an id can have the key of anybody, and no id says whose.
    let isAnybodys = false;
    for (const [key, raw] of text.values()) {
      const id = parseClientId(key);
      const differs = this.#text.get(key) !== raw;
      if (id === undefined) {
        withoutId.push(parseRecord(id, raw) as UnreadableEntry);
        isAnybodys ||= differs;
      } else if (differs && this.#set(id, parseRecord(id, stripCommentLines(raw)))) changed.push(id);
    }
    for (const [key] of this.#text.values()) {
      const id = parseClientId(key);
      if (text.get(key) !== undefined) continue;
      if (id === undefined) {
        isAnybodys = true;
        continue;
      }
      this.#table.delete(id);
      changed.push(id);
    }
    this.#table.setWithoutId(withoutId);
    this.#text = text;
    if (isAnybodys) this.#onChange("all");
    else if (changed.length > 0) this.#onChange(changed);
  }

  /** Tells whether it is a change: a touch is none. */
  #set(id: ClientId, entry: StoredEntry): boolean {
    const before = this.#table.get(id);
    this.#table.set(id, entry);
    return !(before?.record && entry.record && sameButLastSeen(before.record, entry.record));
  }
}

/** The text in a file of clients. Throws what is wrong with it, with its path. */
export function parseClients(path: string, codec: FileCodec, bytes: Buffer): ObjectText {
  try {
    return parseObjectText(codec.decode(bytes));
  } catch (error) {
    if (error instanceof ObjectTextError) {
      throw new DbError("corrupt", `${path} is damaged: it ${error.message}. Mend it or restore a backup`);
    }
    if (isDbError(error)) throw new DbError(error.code, `${path} ${error.message}`);
    throw error;
  }
}

export function* entriesOf(text: ObjectText): Generator<StoredEntry> {
  for (const [key, raw] of text.values()) yield parseRecord(parseClientId(key), stripCommentLines(raw));
}

function hasRecord(text: ObjectText): boolean {
  for (const { record } of entriesOf(text)) if (record !== undefined) return true;
  return false;
}
