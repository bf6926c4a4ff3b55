/** What can happen to the disk under a running node. Each answers how it is undone. */
import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, cpSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

type Undo = () => void;

const FOLDER = "hivemind-core";
/** Where another store is kept, that has nothing to do with the one that is tried. */
export const OTHER_FOLDER = "other-hive";

/** `home`: a file system of its own, with the store in one folder of it. */
export const DISK_FAULTS = {
  full: (home: string): Undo => {
    const filler = join(home, "filler");
    fill(filler);
    return () => rmSync(filler);
  },
  "folder gone": (home: string): Undo => moved(join(home, FOLDER), join(home, "elsewhere")),
  "files gone": filesMoved,
  "another store in its place": (home: string): Undo => {
    const undo = filesMoved(home);
    cpSync(join(home, OTHER_FOLDER), join(home, FOLDER), { recursive: true });
    return undo;
  },
  /** Whoever has a file open goes on writing it, as with every file system that is mounted anew. */
  "read-only": (home: string): Undo => {
    execFileSync("mount", ["--bind", home, home]);
    execFileSync("mount", ["-o", "remount,bind,ro", home]);
    return () => execFileSync("umount", ["--lazy", home]);
  },
  "permission lost": (home: string): Undo => {
    chmodSync(join(home, FOLDER), 0o000);
    return () => chmodSync(join(home, FOLDER), 0o700);
  },
  "clock backward": (): Undo => {
    const now = Date.now;
    Date.now = () => now() - 3_600_000;
    return () => (Date.now = now);
  },
} as const satisfies Record<string, (home: string) => Undo>;

export type DiskFault = keyof typeof DISK_FAULTS;

function filesMoved(home: string): Undo {
  const folder = join(home, FOLDER);
  const names = readdirSync(folder).filter((name) => name.startsWith("clients."));
  for (const name of names) renameSync(join(folder, name), join(home, name));
  return () => {
    // What was made or put there meanwhile goes first, also beside what was there.
    for (const name of readdirSync(folder).filter((one) => one.startsWith("clients.")))
      rmSync(join(folder, name));
    for (const name of names) renameSync(join(home, name), join(folder, name));
  };
}

/** Whatever was made in its place meanwhile is in the way. */
function moved(from: string, to: string): Undo {
  renameSync(from, to);
  return () => {
    rmSync(from, { recursive: true, force: true });
    renameSync(to, from);
  };
}

/** To the last byte, by ever smaller pieces. */
function fill(path: string): void {
  const file = openSync(path, "wx");
  for (let size = 65_536; size > 0; size = Math.floor(size / 2)) {
    try {
      for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(file);
}
