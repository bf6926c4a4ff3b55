/** The store file of a hub, wherever it lies, opened by the backend whose format it is. */
import { basename, dirname, extname, resolve } from "node:path";
import { DbError, isDbError } from "@hivemind/db-core";
import type { NodeConfig, OnNotice } from "@hivemind/db-core";
import { clientsOnly } from "./clients-only.ts";
import { withModule, withStore } from "./open-store.ts";
import { storeSource } from "./store-source.ts";
import type { Source } from "./source.ts";

export const STORE_PASSWORD = "HIVEMIND_STORE_PASSWORD";

/** By the endings of their files; both take `folder` and `name`. */
const MODULES: ReadonlyMap<string, string> = new Map([
  [".json", "@hivemind/db-json"],
  [".ejson", "@hivemind/db-json"],
  [".db", "@hivemind/db-sqlite"],
]);

export function isStoreFile(path: string): boolean {
  return MODULES.has(extname(path));
}

export interface StoreFileOptions {
  /** A file with the store's password. */
  readonly passwordFile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onNotice: OnNotice;
}

export async function withStoreFile<T>(
  path: string,
  config: NodeConfig,
  { passwordFile, env, onNotice }: StoreFileOptions,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const ending = extname(path);
  const password = env[STORE_PASSWORD] || undefined;
  if (ending === ".ejson" && passwordFile === undefined && password === undefined) throw noPassword(path);
  const block = {
    folder: dirname(resolve(path)),
    name: basename(path, ending),
    ...(passwordFile === undefined ? {} : { password_file: resolve(passwordFile) }),
    ...(passwordFile !== undefined || password === undefined ? {} : { password }),
  };
  const source = withModule(config, MODULES.get(ending) ?? "", block);
  try {
    return await withStore(source, { create: false, onNotice }, ({ backend }) =>
      use(clientsOnly(storeSource(backend))),
    );
  } catch (error) {
    if (isDbError(error) && error.code === "no-key") throw noPassword(path);
    throw error;
  }
}

function noPassword(path: string): DbError {
  return new DbError(
    "no-key",
    `${path} is encrypted: give its password with --password-file FILE, or in the variable ${STORE_PASSWORD}`,
  );
}
