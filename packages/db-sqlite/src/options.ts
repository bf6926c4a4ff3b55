import {
  ABSOLUTE_FOLDER,
  FILE_NAME,
  FOLDER,
  isAbsoluteFolder,
  isFileName,
  isInnerFolder,
} from "@hivemind/db-core/backend";
import { z } from "zod";

/** The options of the Python plugin, under the same names, and two of our own. */
export interface SqliteOptions {
  readonly name: string;
  readonly subfolder: string;
  /** Absolute. The store's folder, in place of `subfolder` below the data folder. */
  readonly folder?: string | undefined;
  /** Encrypts the whole file (SQLCipher 4). */
  readonly password?: string | undefined;
  /** What an acknowledged write survives: `full` a power cut, `normal` a crash of the process alone. */
  readonly synchronous?: "full" | "normal" | undefined;
  /** How long a call waits while another program holds the store. Default: 10,000 ms. */
  readonly busyTimeoutMs?: number | undefined;
}

const SYNCHRONOUS = '"full" or "normal"';
const MILLISECONDS = "a whole number of milliseconds up to 600,000";

export const DEFAULT_BUSY_TIMEOUT_MS = 10_000;

export const sqliteOptions: z.ZodType<SqliteOptions> = z.strictObject({
  name: z.string(FILE_NAME).refine(isFileName, FILE_NAME).default("clients"),
  subfolder: z.string(FOLDER).refine(isInnerFolder, FOLDER).default("hivemind-core"),
  folder: z.string(ABSOLUTE_FOLDER).refine(isAbsoluteFolder, ABSOLUTE_FOLDER).optional(),
  // An empty password means none to Python hubs too.
  password: z
    .string("a text")
    .transform((password) => (password === "" ? undefined : password))
    .optional(),
  synchronous: z.enum(["full", "normal"], SYNCHRONOUS).default("full"),
  busyTimeoutMs: z
    .int(MILLISECONDS)
    .min(0, MILLISECONDS)
    .max(600_000, MILLISECONDS)
    .default(DEFAULT_BUSY_TIMEOUT_MS),
});
