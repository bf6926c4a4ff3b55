/** Our own file beside the clients: the store's id and what the node itself remembers. Python never touches it. */
import { randomUUID } from "node:crypto";
import { DbError, isDbError, isJsonObject, parseJson, stringifyJson } from "@hivemind/db-core/backend";
import type { Json, JsonObject, StateStore } from "@hivemind/db-core/backend";
import { replaceFile } from "./durable-file.ts";
import type { FileCodec } from "./file-codec.ts";
import { goneError, TrackedFile } from "./tracked-file.ts";

/** Later releases may add fields; they are kept. A later `layout` is refused. */
const LAYOUT = 1;

/** What has to hold around an access: that the store is there, and for a write the lock. */
interface Access {
  read(): Promise<void>;
  write<T>(work: () => Promise<T>): Promise<T>;
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
      this.#content = this.#parse(read);
    } catch (error) {
      this.#tracked.forget();
      throw error;
    }
  }

  /** Gives the store its id, once. Call it with the lock held. */
  async ensureStoreId(): Promise<void> {
    if (this.storeId !== undefined) return;
    this.refresh();
    if (this.storeId === undefined) await this.#write({ ...this.#content, store_id: randomUUID() });
  }

  state(access: Access): StateStore {
    const entriesOf = (scope: string): JsonObject => {
      this.refresh();
      return objectAt(objectAt(this.#content, "state"), scope);
    };
    return {
      get: async (scope, key) => {
        await access.read();
        return textAt(entriesOf(scope), key);
      },
      list: async (scope) => {
        await access.read();
        const entries = Object.entries(entriesOf(scope));
        return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
      },
      update: (scope, key, change) =>
        access.write(async () => {
          const entries = entriesOf(scope);
          const now = textAt(entries, key);
          const next = change(now);
          if (next !== now) await this.#write(withEntry(this.#content, scope, entries, key, next));
          return next;
        }),
    };
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
