import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { attempts } from "../src/attempts.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("an attempt that takes long on a busy machine is not the last one", async () => {
  let tried = 0;
  const outcome = attempts(async () => {
    tried += 1;
    // Longer than anybody is waited for, by itself.
    vi.advanceTimersByTime(11_000);
    return tried === 2 ? "done" : "again";
  }, "here");
  await expect(outcome).resolves.toBe("done");
});

it("ends where others come first for ten seconds", async () => {
  const started = performance.now();
  const outcome = attempts(() => Promise.resolve("again" as const), "here");
  await Promise.all([
    expect(outcome).rejects.toMatchObject({ code: "locked" }),
    vi.advanceTimersByTimeAsync(11_000),
  ]);
  expect(performance.now() - started).toBeLessThan(12_000);
});

it("says what a read was kept from", async () => {
  const outcome = attempts(() => Promise.resolve("again" as const), "here", "it was changed");
  await Promise.all([
    expect(outcome).rejects.toMatchObject({
      message: expect.stringMatching(/it was changed for 10 s/) as string,
    }),
    vi.advanceTimersByTimeAsync(11_000),
  ]);
});
