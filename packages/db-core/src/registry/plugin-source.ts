import type { BackendPlugin } from "../backend/contract.ts";
import type { DbError } from "../errors.ts";

/** A backend that could be used, not loaded yet. */
export interface Candidate {
  /** Of the package. */
  readonly name: string;
  /** For people: with the version, where there is one. */
  readonly label: string;
  /** Where it is installed, if it is. */
  readonly folder: string | undefined;
  load(): Promise<BackendPlugin>;
}

/** Where backends come from: the disk, or the caller's own hands. */
export interface PluginSource {
  /** The backend of this name: the package, or what Python hubs call it. */
  find(module: string): Promise<Candidate | undefined>;
  all(): Promise<readonly Candidate[]>;
  /** The error for a backend that is not there: what to do about it. */
  notInstalled(name: string, why: string): Promise<DbError>;
}
