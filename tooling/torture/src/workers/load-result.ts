/** What a process held: bytes, and numbers of things. */
export interface Held {
  readonly heapBytes: number;
  readonly bufferBytes: number;
  readonly residentBytes: number;
  readonly resources: number;
  readonly listeners: number;
  readonly descriptors: number;
}

/** Microseconds. */
interface Latency {
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface LoadResult {
  readonly before: Held;
  readonly after: Held;
  readonly reads: Latency;
  readonly writes: Latency;
}
