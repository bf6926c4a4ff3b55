/** Our own file beside the clients: the store's id and what the node itself remembers. Python never touches it. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import {
  CommitQueue,
  DbError,
  isDbError,
  isJsonObject,
  outcome,
  parseJson,
  stringifyJson,
} from "@hivemind/db-core/backend";
import type { Json, JsonObject, Pending, StateStore } from "@hivemind/db-core/backend";
import { replaceFile } from "./durable-file.ts";
import type { FileCodec } from "./file-codec.ts";
import { goneError, TrackedFile } from "./tracked-file.ts";

/** Later releases may add fields; they are kept. A later `layout` is refused. */
const LAYOUT = 1;

/** What has to hold around an access: that the store is there, and for a write the lock. */
interface Access {
  read(): Promise<void>;
  write(work: () => Promise<void>): Promise<void>;
}

/** What a shared write works on: changed by one operation after the other, then written once. */
interface Draft {
  content: JsonObject;
}

export class OwnFile {
  readonly #codec: FileCodec;
  readonly #tracked: TrackedFile;
  readonly #like: string;
  #content: JsonObject = {};

  /** `like`: the file whose mode and owner it gets. */
  constructor(path: string, like: string, codec: FileCodec) {
    this.#codec = codec;
    this.#like = like;
    this.#tracked = new TrackedFile(path);
  }

  get storeId(): string | undefined {
    const id = this.#content["store_id"];
    return typeof id === "string" ? id : undefined;
  }

  refresh(): void {
    const read = this.#tracked.read();
    if (read === "same") return;
    if (read === "absent") {
      if (this.storeId !== undefined) throw goneError(this.#tracked.path);
      return;
    }
    try {
      const content = this.#parse(read);
      if (this.storeId !== undefined && content["store_id"] !== this.storeId) {
        throw new DbError(
          "missing-store",
          `another store is at ${this.#tracked.path} than the one that was opened`,
        );
      }
      this.#content = content;
    } catch (error) {
      this.#tracked.forget();
      throw error;
    }
  }

  /** Throws where the file of another store has taken its place. */
  confirmSame(): void {
    if (existsSync(this.#tracked.path)) this.refresh();
  }

  /** Gives the store its id, once. Call it with the lock held. */
  async ensureStoreId(): Promise<void> {
    if (this.storeId !== undefined) return;
    this.refresh();
    if (this.storeId === undefined) await this.#write({ ...this.#content, store_id: randomUUID() });
  }

  state(access: Access): StateStore {
    const entriesOf = async (scope: string): Promise<JsonObject> => {
      await access.read();
      this.refresh();
      return entriesIn(this.#content, scope);
    };
    const queue = new CommitQueue<Draft>((batch) => access.write(() => this.#writeAll(batch)));
    return {
      get: async (scope, key) => textAt(await entriesOf(scope), key),
      list: async (scope) => {
        const entries = Object.entries(await entriesOf(scope));
        return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
      },
      scopes: async () => {
        await access.read();
        this.refresh();
        const scopes = objectAt(this.#content, "state");
        return Object.keys(scopes).filter((scope) => Object.keys(objectAt(scopes, scope)).length > 0);
      },
      update: (scope, key, change) =>
        queue.run((draft) => {
          const entries = entriesIn(draft.content, scope);
          const now = textAt(entries, key);
          const next = change(now);
          if (next !== now) draft.content = withEntry(draft.content, scope, entries, key, next);
          return next;
        }),
    };
  }

  async #writeAll(batch: readonly Pending<Draft>[]): Promise<void> {
    this.refresh();
    const draft: Draft = { content: this.#content };
    const settle = batch.map((pending) => outcome(pending, (operation) => operation(draft)));
    if (draft.content !== this.#content) await this.#write(draft.content);
    for (const done of settle) done();
  }

  close(): void {
    this.#tracked.forget();
  }

  async #write(content: JsonObject): Promise<void> {
    const complete = {
      layout: LAYOUT,
      ...content,
      store_id: this.storeId ?? content["store_id"] ?? randomUUID(),
    };
    const bytes = this.#codec.encode(`${stringifyJson(complete, 4)}\n`);
    await replaceFile(this.#tracked.path, bytes, this.#like);
    this.#tracked.adopt(bytes);
    this.#content = complete;
  }

  #parse(bytes: Buffer): JsonObject {
    const { path } = this.#tracked;
    let content: Json;
    try {
      content = parseJson(this.#codec.decode(bytes));
    } catch (error) {
      if (isDbError(error)) throw new DbError(error.code, `${path} ${error.message}`);
      throw new DbError(
        "corrupt",
        `${path} is not valid JSON: restore it, or remove it to lose only the node's own state`,
      );
    }
    if (!isJsonObject(content)) throw new DbError("corrupt", `${path} is not a JSON object`);
    if (content["layout"] !== LAYOUT) {
      throw new DbError(
        "newer-schema",
        `${path} has another layout than this release knows: update @hivemind/db-json`,
      );
    }
    return content;
  }
}

function entriesIn(content: JsonObject, scope: string): JsonObject {
  return objectAt(objectAt(content, "state"), scope);
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : {};
}

function textAt(object: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

function withEntry(
  content: JsonObject,
  scope: string,
  entries: JsonObject,
  key: string,
  value: string | undefined,
): JsonObject {
  const kept = Object.entries(entries).filter(([other]) => other !== key);
  const next = Object.fromEntries(value === undefined ? kept : [...kept, [key, value]]);
  const scopes = Object.entries(objectAt(content, "state")).filter(([other]) => other !== scope);
  return { ...content, state: Object.fromEntries([...scopes, [scope, next]]) };
}
