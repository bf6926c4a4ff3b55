import type { CommandName } from "./commands.ts";

export interface Request {
  readonly number: number;
  readonly command: CommandName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly ready: true }
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly failed: string };
