/** A disk that is told of no flush loses what was acknowledged: the trial is worth what it finds there. */
import { expect, test } from "vitest";
import { seeded } from "../src/random.ts";
import { jsonStore, sqliteStore } from "../src/stores/files.ts";
import { power } from "../src/trials/power.ts";

const LOST = /^after system call \d+/;

test.each([
  { subject: "json", makeStore: jsonStore },
  { subject: "sqlite", makeStore: sqliteStore },
])("$subject that flushes nothing is found out", { timeout: 60_000 }, async ({ subject, makeStore }) => {
  const trial = power(subject, makeStore, {
    calls: 30,
    disks: 60,
    shown: ({ name }) => !/^f(data)?sync$/.test(name),
  });

  await expect(trial.run({ random: seeded(1), more: () => false })).rejects.toThrow(LOST);
});
