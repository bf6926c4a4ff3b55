import type { CreateDatabaseOptions } from "../../database/create-database.ts";
import type { CommandName } from "./commands.ts";

/** The first message: what to open. */
export interface Opening {
  readonly options: unknown;
  readonly database: Pick<CreateDatabaseOptions, "seal">;
}

export interface Request {
  readonly number: number;
  readonly command: CommandName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly ready: true }
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly failed: string };
