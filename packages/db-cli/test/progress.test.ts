import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Progress } from "../src/output/progress.ts";
import type { Io } from "../src/io.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function stream(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 }) as unknown as Io["stderr"] &
    PassThrough;
  return { stderr, written: () => String(stderr.read() ?? "") };
}

describe("progress of long work", () => {
  it("is a line every few seconds where there is no terminal, with rate and time left", () => {
    const { stderr, written } = stream(false);
    const progress = new Progress({ stderr }, { isShown: true });

    progress.begin("Writing", 100_000);
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(1000);
      progress.add(5000);
    }
    progress.end();

    expect(written()).toBe(
      "Writing: 25,000 of 100,000 (5,000/s, 15 s left)\nWriting: 50,000 of 100,000 (5,000/s, 10 s left)\n",
    );
  });

  it("is a bar on a terminal, which fits one line and is gone at the end", () => {
    const { stderr, written } = stream(true);
    const progress = new Progress({ stderr }, { isShown: true });

    progress.begin("Writing", 1000);
    vi.advanceTimersByTime(200);
    progress.add(500);
    const bar = written();
    progress.end();

    expect(bar).toBe("\r[############------------] Writing: 500 of 1,000 (2,500/s, 1 s left)\u001B[K");
    expect(written()).toBe("\r\u001B[K");
  });

  it("goes on where one step takes long, and where nothing is counted", () => {
    const { stderr, written } = stream(false);
    const progress = new Progress({ stderr }, { isShown: true });

    progress.begin("Checking the store");
    vi.advanceTimersByTime(11_000);
    progress.begin("Checking the passwords");
    progress.add(3);
    vi.advanceTimersByTime(10_000);
    progress.end();
    vi.advanceTimersByTime(60_000);

    expect(written()).toBe(
      "Checking the store: 5 s\nChecking the store: 10 s\nChecking the passwords: 3 (1/s)\nChecking the passwords: 3 (0/s)\n",
    );
  });

  it("says how many where nobody knows the end", () => {
    const { stderr, written } = stream(false);
    const progress = new Progress({ stderr }, { isShown: true });

    progress.begin("Reading");
    for (let i = 0; i < 6; i += 1) {
      vi.advanceTimersByTime(1000);
      progress.add(200);
    }

    expect(written()).toBe("Reading: 1,000 (200/s)\n");
  });

  it("is nothing where it is not wanted", () => {
    const { stderr, written } = stream(true);
    const progress = new Progress({ stderr }, { isShown: false });

    progress.begin("Reading");
    vi.advanceTimersByTime(60_000);
    progress.add(1);
    progress.end();

    expect(written()).toBe("");
  });
});
