/** What a worker did to the store, and what it was told: the lines of its journal. */

/** A call, noted before it is made. Times are of the monotonic clock that all processes of a machine share. */
export type Call =
  | { readonly do: "add"; readonly token: string; readonly key: string }
  /** Adds its token to the trail of a client, in two fields at once. */
  | { readonly do: "append"; readonly id: number; readonly token: string }
  | { readonly do: "read"; readonly id: number }
  /** Takes an access key that others want too. */
  | { readonly do: "claim"; readonly id: number; readonly key: string }
  | { readonly do: "authenticate"; readonly key: string }
  | { readonly do: "touch"; readonly id: number; readonly at: number }
  | { readonly do: "revoke"; readonly id: number };

/** What came back. Absent in an operation whose worker did not live to see it. */
export type Outcome =
  | { readonly id: number }
  /** The trail as both fields had it; `torn` where they differed. */
  | { readonly trail: readonly string[]; readonly torn: boolean }
  | { readonly revoked: true }
  | { readonly denied: string }
  | { readonly done: true }
  /** The code of a `DbError`. */
  | { readonly failed: string };

export interface Operation {
  readonly worker: string;
  readonly call: Call;
  /** Nanoseconds, when the call was about to be made. */
  readonly start: bigint;
  /** Nanoseconds, when its outcome was known; far in the future where it never was. */
  readonly end: bigint;
  readonly outcome: Outcome | undefined;
}

export const NEVER = 2n ** 62n;

/** Nobody can say whether it happened. */
export function isOpen({ outcome }: Operation): boolean {
  return outcome === undefined || ("failed" in outcome && outcome.failed === "unconfirmed");
}

export function failureOf({ outcome }: Operation): string | undefined {
  return outcome !== undefined && "failed" in outcome ? outcome.failed : undefined;
}

export function succeeded(operation: Operation): boolean {
  return operation.outcome !== undefined && failureOf(operation) === undefined;
}
