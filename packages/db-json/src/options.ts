import { z } from "zod";

/** The options of the Python plugin, under the same names. */
export interface JsonOptions {
  readonly name: string;
  readonly subfolder: string;
  /** Exactly 16 bytes: encrypts the store (`.ejson`). */
  readonly password?: string | undefined;
}

const FILE_NAME = "a file name without any folder, such as clients";
const FOLDER = "a folder below the data folder, such as hivemind-core, without ..";

export const jsonOptions: z.ZodType<JsonOptions> = z.strictObject({
  name: z.string(FILE_NAME).refine(isFileName, FILE_NAME).default("clients"),
  subfolder: z.string(FOLDER).refine(isInnerFolder, FOLDER).default("hivemind-core"),
  // An empty password means none to Python hubs too.
  password: z
    .string("a text of exactly 16 bytes")
    .transform((password) => (password === "" ? undefined : password))
    .optional(),
});

function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !hasUnusable(name) && !/[/\\]/.test(name);
}

function isInnerFolder(folder: string): boolean {
  return !hasUnusable(folder) && !/^(?:[/\\]|[A-Za-z]:)/.test(folder) && !folder.split(/[/\\]/).includes("..");
}

function hasUnusable(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}
