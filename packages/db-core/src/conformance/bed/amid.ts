/** Long enough for another process that nothing holds up to read, change and write. */
const PAUSE_MS = 25;

/**
 * Asks something of another process amid a step of ours, which then takes its time: if the other one gets through
 * meanwhile, the step is not atomic. `ours` calls `pause` where the step is; that place is synchronous, so there
 * is nothing to be awaited there.
 */
export async function amid(
  ours: (pause: () => void) => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<void> {
  let asked: Promise<unknown> | undefined;
  try {
    await ours(() => {
      // A step may run several times.
      if (asked !== undefined) return;
      asked = theirs();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    });
  } finally {
    await asked;
  }
}
