/** Loading SQLite: which package, and what to do where it cannot be loaded. Its types end here. */
import { DbError } from "@hivemind/db-core/backend";

export type SqlValue = string | number | null | Buffer;

export interface Statement {
  run(...values: readonly (SqlValue | bigint)[]): { readonly changes: number };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
  /** Rows as their first value. */
  pluck(): this;
  /** Rows as arrays. */
  raw(): this;
}

export interface Connection {
  /** The path of the file. */
  readonly name: string;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
}

export type Driver = new (
  path: string,
  options: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout: number },
) => Connection;

/** The version of Node-API that the drivers are compiled for. Without it they crash the process. */
const NODE_API = 10;

export async function loadDriver(encrypted: boolean, nodeApi = process.versions.napi): Promise<Driver> {
  if (!(Number(nodeApi) >= NODE_API)) {
    throw new DbError(
      "unsupported",
      `SQLite needs Node-API ${NODE_API}, which Node has since 22.14: update Node (this is ${process.version})`,
    );
  }
  try {
    const { default: driver } = encrypted
      ? await import("better-sqlite3-multiple-ciphers")
      : await import("better-sqlite3");
    // Only the first connection loads the compiled part.
    new driver(":memory:", { readonly: false, fileMustExist: false, timeout: 0 }).close();
    return driver;
  } catch (error) {
    throw notLoaded(error, encrypted ? "better-sqlite3-multiple-ciphers" : "better-sqlite3");
  }
}

function notLoaded(error: unknown, name: string): DbError {
  const { code, message } = error as NodeJS.ErrnoException;
  // ESM says "Cannot find package 'x'"; the compiled part is looked for by its path, from CommonJS.
  if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`)) {
    const why = name === "better-sqlite3" ? "" : ", which the option password needs,";
    return new DbError("not-installed", `the package ${name}${why} is not installed: npm install ${name}`, {
      cause: error,
    });
  }
  const platform = `${process.platform}-${process.arch}`;
  return new DbError(
    "unsupported",
    `${name} has nothing compiled for this platform (${platform}): use @hivemind/db-json here, it needs nothing compiled`,
    { cause: error },
  );
}
