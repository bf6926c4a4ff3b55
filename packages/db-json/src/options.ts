import {
  ABSOLUTE_FOLDER,
  FILE_NAME,
  FOLDER,
  isAbsoluteFolder,
  isFileName,
  isInnerFolder,
} from "@hivemind/db-core/backend";
import { z } from "zod";

/** The options of the Python plugin, under the same names. */
export interface JsonOptions {
  readonly name: string;
  readonly subfolder: string;
  /** Absolute. The store's folder, in place of `subfolder` below the data folder. */
  readonly folder?: string | undefined;
  /** Exactly 16 bytes: encrypts the store (`.ejson`). */
  readonly password?: string | undefined;
}

export const jsonOptions: z.ZodType<JsonOptions> = z.strictObject({
  name: z.string(FILE_NAME).refine(isFileName, FILE_NAME).default("clients"),
  subfolder: z.string(FOLDER).refine(isInnerFolder, FOLDER).default("hivemind-core"),
  folder: z.string(ABSOLUTE_FOLDER).refine(isAbsoluteFolder, ABSOLUTE_FOLDER).optional(),
  // An empty password means none to Python hubs too.
  password: z
    .string("a text of exactly 16 bytes")
    .transform((password) => (password === "" ? undefined : password))
    .optional(),
});
