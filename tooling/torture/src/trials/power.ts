/**
 * The power fails. A worker's system calls are traced; after any of them the disk has what was flushed, and of
 * the rest nothing, all, or anything in between. The store is opened on each such disk: everything that the
 * worker had been told by then is there, nothing is there in part, and the store goes on working.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkHistory } from "../history/check.ts";
import { readJournalText } from "../history/journal.ts";
import { Disk, EVERYTHING, NOTHING } from "../power/disk.ts";
import type { Luck } from "../power/disk.ts";
import { parseTrace } from "../power/system-call.ts";
import type { SystemCall } from "../power/system-call.ts";
import type { Random } from "../random.ts";
import { openPlace } from "../stores/store.ts";
import type { MakeStore, Place } from "../stores/store.ts";
import { traced } from "../strace.ts";
import { Violation } from "../trial.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import { endingOf } from "./final-state.ts";

/** All that change a file or a name, or flush. */
const CALLS =
  "openat close write pwrite64 ftruncate fsync fdatasync rename link unlink rmdir mkdir " +
  // Not used by any store so far: what the disk does not know must not pass unseen.
  "writev pwritev pwritev2 renameat renameat2 unlinkat truncate linkat fallocate";
/** With nothing, all, and something of what was not flushed. */
const DISKS_A_POINT = 3;

export interface PowerOptions {
  /** How many calls the worker makes. */
  readonly calls: number;
  /** About how many disks are looked at in one round. */
  readonly disks: number;
  /** What the disk gets to see of the trace; for tests of the trial itself. */
  readonly shown?: (call: SystemCall) => boolean;
}

export function power(subject: string, makeStore: MakeStore, options: PowerOptions): Trial {
  const { calls, disks, shown = () => true } = options;
  return {
    name: "power",
    subject,
    proves: "whatever was not flushed may be lost: every acknowledged change is there, and the store goes on",
    run: async (budget) => {
      const { random } = budget;
      const tally = { rounds: 0, "system calls": 0, disks: 0, calls: 0 };
      do {
        const store = await makeStore();
        using crew = new Crew();
        const folder = mkdtempSync(join(tmpdir(), "hivemind-torture-power-"));
        try {
          const trace = join(folder, "trace");
          const task = { worker: "traced", seed: random.seed(), place: store.place, ids: [], keys: ["pool"] };
          await ended(
            crew.start({ ...task, calls, atOnce: 3 }, { through: await traced(CALLS.split(" "), trace) }),
            {
              killed: false,
            },
          );
          const root = store.place.env["XDG_DATA_HOME"] ?? "";
          const systemCalls = parseTrace(readFileSync(trace, "utf8")).filter(shown);
          const cut = { root, journal: crew.journalOf("traced"), place: store.place, folder };
          tally.disks += await cutEverywhere(systemCalls, cut, random, disks);
          tally.rounds += 1;
          tally["system calls"] += systemCalls.length;
          tally.calls += crew.history().length;
        } finally {
          await store.dispose();
          rmSync(folder, { recursive: true, force: true });
        }
      } while (budget.more(tally.rounds));
      return { tried: tally };
    },
  };
}

interface Cut {
  /** The data folder of the traced worker. */
  readonly root: string;
  readonly journal: string;
  readonly place: Place;
  /** Where the disks are put together. */
  readonly folder: string;
}

async function cutEverywhere(
  calls: readonly SystemCall[],
  cut: Cut,
  random: Random,
  most: number,
): Promise<number> {
  const disk = new Disk(cut.root);
  const journal = new JournalWrites(cut.journal);
  const rehearsal = new Disk(cut.root);
  const points = calls.filter((call) => rehearsal.follow(call)).length;
  const percent = Math.min(100, Math.ceil((100 * most) / (points * DISKS_A_POINT)));
  let disks = 0;
  for (const [i, call] of calls.entries()) {
    journal.follow(call);
    if (!disk.follow(call) || !random.chance(percent)) continue;
    for (const luck of [NOTHING, EVERYTHING, any(random)]) {
      try {
        await check(disk, luck, journal.text, cut);
      } catch (error) {
        throw new Violation(`after system call ${i} (${call.name}): ${String(error)}`, { cause: error });
      }
      disks += 1;
    }
  }
  return disks;
}

const any = (random: Random): Luck => ({
  keepsWrite: () => random.chance(50),
  keepsNames: (of) => random.int(0, of),
});

async function check(disk: Disk, luck: Luck, journal: string, { place, folder }: Cut): Promise<void> {
  const home = mkdtempSync(join(folder, "disk-"));
  try {
    for (const [path, bytes] of disk.after(luck)) {
      const full = join(home, path);
      if (bytes === undefined) mkdirSync(full, { recursive: true, mode: 0o700 });
      else {
        mkdirSync(dirname(full), { recursive: true, mode: 0o700 });
        writeFileSync(full, bytes, { mode: 0o600 });
      }
    }
    const found = { ...place, env: { ...place.env, XDG_DATA_HOME: home } };
    const ending = await endingOf(found);
    checkHistory(readJournalText(journal, "traced"), ending, { staleMs: 0, firstIds: [] });
    const db = await openPlace(found);
    await db.addClient({ name: "afterwards" });
    await db.close();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The worker's journal as it was at that moment: what it had been told. */
class JournalWrites {
  readonly #path: string;
  #descriptor = -1;
  text = "";

  constructor(path: string) {
    this.#path = path;
  }

  follow({ name, args, result }: SystemCall): void {
    if (name === "openat" && Buffer.isBuffer(args[1]) && args[1].toString() === this.#path)
      this.#descriptor = result;
    if (name === "write" && Number(args[0]) === this.#descriptor && Buffer.isBuffer(args[1]))
      this.text += args[1].toString();
  }
}
