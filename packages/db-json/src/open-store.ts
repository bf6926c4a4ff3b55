/** Opening: which file, which key, and is there a store at all. Nothing is written. */
import { existsSync } from "node:fs";
import { dataFolder, DbError, FileFeed } from "@hivemind/db-core/backend";
import type { Backend, BackendHost } from "@hivemind/db-core/backend";
import { ClientsFile } from "./clients-file.ts";
import { Committer } from "./committer.ts";
import { encrypted, KEY_BYTES, plainText } from "./file-codec.ts";
import type { FileCodec } from "./file-codec.ts";
import { JsonBackend } from "./json-backend.ts";
import type { JsonOptions } from "./options.ts";
import { OwnFile } from "./own-file.ts";
import { ownFile, realFiles, storeFiles } from "./store-files.ts";
import type { StoreFiles } from "./store-files.ts";
import { goneError } from "./tracked-file.ts";

export async function openStore(options: JsonOptions, host: BackendHost): Promise<Backend> {
  const files = filesOf(options);
  refuseOtherForm(options, files);
  const codec = codecOf(options, files, host);

  const clients = new ClientsFile(files, codec, (changed) => feed.deliver(changed));
  const feed = new FileFeed(files.clients, () => clients.refreshNow(), host.onNotice);
  const own = new OwnFile(ownFile(files), realFiles(files).clients, codec);
  try {
    await clients.refresh();
    own.refresh();
    refuseMissing(files, clients, own, host.create);
  } catch (error) {
    clients.close();
    own.close();
    throw error;
  }
  return new JsonBackend({
    files,
    clients,
    own,
    feed,
    committer: new Committer(files, clients, own, host.onNotice),
  });
}

export function filesOf({ name, subfolder, password }: JsonOptions): StoreFiles {
  return storeFiles(dataFolder(subfolder), name, password !== undefined);
}

/** A password must never lead to a plain file, and its absence never to a second store beside the encrypted one. */
function refuseOtherForm(options: JsonOptions, files: StoreFiles): void {
  const { password } = options;
  const other = filesOf({ ...options, password: password === undefined ? "set" : undefined });
  if (existsSync(files.clients) || !existsSync(other.clients)) return;
  if (password === undefined) {
    throw new DbError("no-key", `${other.clients} is encrypted: set the option password (or password_file)`);
  }
  throw new DbError(
    "invalid",
    `${other.clients} is not encrypted, but the option password is set: remove the option, or move that file away to start an encrypted store`,
  );
}

/**
 * The Python plugin cut a longer password to 16 bytes without a word. What it wrote that way must open;
 * nothing new is made with a password of which a part would not count.
 */
function codecOf({ password }: JsonOptions, { clients }: StoreFiles, { onNotice }: BackendHost): FileCodec {
  if (password === undefined) return plainText;
  const key = Buffer.from(password, "utf8");
  const cut = key.length > KEY_BYTES && existsSync(clients);
  if (key.length !== KEY_BYTES && !cut) {
    throw new DbError(
      "invalid",
      `the option password must have exactly ${KEY_BYTES} bytes, it has ${key.length}`,
    );
  }
  if (cut) {
    onNotice({
      code: "password-cut",
      message: `only the first ${KEY_BYTES} of the password's ${key.length} bytes count for ${clients}: set those alone`,
    });
  }
  return encrypted(key.subarray(0, KEY_BYTES));
}

function refuseMissing(files: StoreFiles, clients: ClientsFile, own: OwnFile, create: boolean): void {
  if (!clients.exists) {
    if (own.storeId !== undefined) {
      throw new DbError(
        "missing-store",
        `${goneError(files.clients).message} To start a new store instead, remove ${ownFile(files)}`,
      );
    }
    if (!create) throw missing(files);
    return;
  }
  const hasRecord = [...clients.table.entries()].some(({ record }) => record !== undefined);
  if (!hasRecord && own.storeId === undefined && !create) throw missing(files);
}

function missing({ clients }: StoreFiles): DbError {
  return new DbError(
    "missing-store",
    `there is no store with clients at ${clients}: adding a client makes one`,
  );
}
