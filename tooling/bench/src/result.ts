/** What one process has measured of one backend with one number of clients. */
export interface Table {
  readonly backend: Backend;
  readonly clients: number;
  readonly rows: readonly Row[];
}

export type Backend = "json" | "sqlite" | "redis";

export interface Row {
  readonly what: string;
  /** Of the numbers: nanoseconds of one operation, or bytes. */
  readonly unit: "ns" | "bytes";
  readonly ours: Figure;
  /** The least work with the same guarantee, by hand, in the same process. */
  readonly floor?: Figure | undefined;
  /** What a user would pick instead. */
  readonly other?: Figure | undefined;
}

/** Medians, with the quartiles as the spread. One value where it was measured once. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Report {
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: readonly Table[];
}
