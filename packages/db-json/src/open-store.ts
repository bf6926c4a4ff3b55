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
import { realFiles, storeFiles } from "./store-files.ts";
import type { StoreFiles } from "./store-files.ts";
import { StoreIdentity } from "./store-identity.ts";

export async function openStore(options: JsonOptions, host: BackendHost): Promise<Backend> {
  const files = filesOf(options, options.password !== undefined);
  refuseOtherForm(options, files);
  const codec = codecOf(options, files, host);

  const real = realFiles(files);
  const own = new OwnFile(real.own, real.clients, codec);
  const identity = new StoreIdentity(files, own, host.create);
  const clients = new ClientsFile(files, codec, identity, (changed) => feed.deliver(changed));
  const feed = new FileFeed(files.clients, () => clients.lookNow(), host.onNotice);
  try {
    await clients.refresh();
    own.refresh();
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
    committer: new Committer(files, clients, own, codec, host.onNotice),
  });
}

export function filesOf({ name, subfolder, folder }: JsonOptions, isEncrypted: boolean): StoreFiles {
  return storeFiles(folder ?? dataFolder(subfolder), name, isEncrypted);
}

/**
 * A password must never lead to a plain file, and its absence never to a second store beside the encrypted one,
 * or to a plain one from before it was encrypted.
 */
function refuseOtherForm(options: JsonOptions, { clients }: StoreFiles): void {
  if (options.password === undefined) {
    const encryptedFile = filesOf(options, true).clients;
    if (!existsSync(encryptedFile)) return;
    const advice = existsSync(clients) ? `, or move it away to use ${clients}` : "";
    throw new DbError(
      "no-key",
      `${encryptedFile} is encrypted: set the option password (or password_file)${advice}`,
    );
  }
  const plainFile = filesOf(options, false).clients;
  if (existsSync(clients) || !existsSync(plainFile)) return;
  throw new DbError(
    "invalid",
    `${plainFile} is not encrypted, but the option password is set: remove the option, or move that file away to start an encrypted store`,
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
