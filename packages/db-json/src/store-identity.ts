/** Is there a store, and is it still the one that this handle has opened? A missing store is not an empty one. */
import { lstatSync } from "node:fs";
import { DbError } from "@hivemind/db-core/backend";
import type { OwnFile } from "./own-file.ts";
import { realFiles } from "./store-files.ts";
import type { StoreFiles } from "./store-files.ts";
import { goneError } from "./tracked-file.ts";

export class StoreIdentity {
  readonly #files: StoreFiles;
  readonly #own: OwnFile;
  readonly #create: boolean;

  constructor(files: StoreFiles, own: OwnFile, create: boolean) {
    this.#files = files;
    this.#own = own;
    this.#create = create;
  }

  /** There is no file of clients, and this handle has never seen one. May one be made? */
  confirmAbsent(): void {
    const { clients } = this.#files;
    // A link into a volume that is not mounted: made now, a store would lie in the mount point, under the real one.
    if (lstatSync(clients, { throwIfNoEntry: false }) !== undefined) throw goneError(clients);
    this.#own.refresh();
    if (this.#own.storeId !== undefined) {
      const { message } = goneError(clients);
      throw new DbError(
        "missing-store",
        `${message} To start a new store, remove ${realFiles(this.#files).own}`,
      );
    }
    if (!this.#create) throw this.#missing();
  }

  /** The clients were changed by somebody else. Are they still those of the store that was opened? */
  confirmSame(): void {
    this.#own.confirmSame();
  }

  /** There is a file in which no record can be read. Is it ours all the same? */
  confirmWithoutRecords({ hadRecords, isEmpty }: { hadRecords: boolean; isEmpty: boolean }): void {
    // Throws where our own file is gone, or that of another store.
    this.#own.refresh();
    if (this.#own.storeId !== undefined) return;
    if (hadRecords) throw goneError(this.#files.clients);
    if (this.#create) return;
    if (isEmpty) throw this.#missing();
    throw new DbError(
      "corrupt",
      `${this.#files.clients} holds no record that can be read: mend it or restore a backup`,
    );
  }

  #missing(): DbError {
    const { clients } = this.#files;
    return new DbError(
      "missing-store",
      `there is no store with clients at ${clients}: adding a client makes one`,
    );
  }
}
