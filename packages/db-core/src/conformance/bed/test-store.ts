import assert from "node:assert/strict";
import type { Backend, BackendPlugin } from "../../backend/contract.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import { createDatabase } from "../../database/create-database.ts";
import type { CreateDatabaseOptions } from "../../database/create-database.ts";
import type { Notice } from "../../notice.ts";
import { OtherProcess } from "../process/other-process.ts";
import type { FreshStore, Suite } from "../suite.ts";
import { FeedLog } from "./feed-log.ts";

/** The store of one test, and all that the test opens on it. Handles may create it unless told otherwise. */
export class TestStore<Options = unknown> {
  /** What all handles were told of. */
  readonly notices: Notice[] = [];
  /** How often the plugin was asked to open. */
  openings = 0;
  readonly #suite: Suite<Options>;
  readonly #fresh: FreshStore<Options>;
  readonly #plugin: BackendPlugin<Options>;
  readonly #atTheEnd: (() => Promise<void>)[] = [];

  constructor(suite: Suite<Options>, fresh: FreshStore<Options>) {
    const { apiVersion, name, capabilities, options, secretOptions } = suite.plugin;
    const open: BackendPlugin<Options>["open"] = (given, host) => {
      this.openings += 1;
      return suite.plugin.open(given, host);
    };
    this.#suite = suite;
    this.#fresh = fresh;
    this.#plugin = { apiVersion, name, capabilities, options, secretOptions, open };
    this.#atTheEnd.push(() => fresh.dispose());
  }

  /** A database that is not open yet. */
  database(options: CreateDatabaseOptions = {}): ClientDatabase {
    return this.#database(this.#fresh.options, options);
  }

  async open(options: CreateDatabaseOptions = {}): Promise<ClientDatabase> {
    const database = this.database(options);
    await database.open();
    return database;
  }

  /** The copy that `backup` made at this path. */
  async openCopy(path: string): Promise<ClientDatabase> {
    const options = this.#fresh.copyAt?.(path);
    assert.ok(options, "with the capability backup, a fresh store needs copyAt");
    const database = this.#database(options, { create: false });
    await database.open();
    return database;
  }

  /** A handle without core around it, for what only the contract of the backend says. */
  async backend(): Promise<Backend> {
    const backend = await this.#plugin.open(this.#fresh.options, { create: true, onNotice: this.#hear });
    this.#atTheEnd.push(() => backend.close());
    return backend;
  }

  /** What a handle of its own hears of, from now on. */
  async feed(backend?: Backend): Promise<FeedLog> {
    const feed = await FeedLog.of(backend ?? (await this.backend()));
    this.#atTheEnd.push(() => feed.close());
    return feed;
  }

  async otherProcess(database: Suite<Options>["database"] = {}): Promise<OtherProcess> {
    assert.ok(this.#suite.module, "with the capability durability, the suite needs the module of the plugin");
    const other = await OtherProcess.start(this.#suite.module, {
      options: this.#fresh.options,
      database: { ...this.#suite.database, ...database },
    });
    this.#atTheEnd.push(() => other.end());
    return other;
  }

  /** What the plugin says without opening, where it can. */
  async isThere(): Promise<boolean | undefined> {
    return this.#suite.plugin.hasStore?.(this.#fresh.options);
  }

  snapshot(): Promise<unknown> {
    return this.#fresh.snapshot();
  }

  async destroy(): Promise<void> {
    const destroying = this.#fresh.destroy?.();
    assert.ok(destroying, "with the capability durability, a fresh store needs destroy");
    await destroying;
  }

  /** The passwords in the options of this store. */
  optionSecrets(): readonly string[] {
    const options = Object(this.#fresh.options) as { readonly [name: string]: unknown };
    return this.#plugin.secretOptions
      .map((name) => options[name])
      .filter((value) => typeof value === "string");
  }

  /** Closes the last opened first. What fails at the end fails the test. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#atTheEnd.toReversed())
      await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  #database(
    given: Options,
    { create = true, onNotice, lastSeenIntervalMs = 0, ...rest }: CreateDatabaseOptions,
  ): ClientDatabase {
    const database = createDatabase(this.#plugin, given, {
      ...this.#suite.database,
      ...rest,
      create,
      lastSeenIntervalMs,
      onNotice: (notice) => {
        this.#hear(notice);
        onNotice?.(notice);
      },
    });
    this.#atTheEnd.push(() => database.close());
    return database;
  }

  readonly #hear = (notice: Notice): void => void this.notices.push(notice);
}
