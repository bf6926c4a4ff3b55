/** What can happen to the disk under a running node. Each answers how it is undone. */
import { closeSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

type Undo = () => void;

/** `home`: a file system of its own, with the store in one folder of it. */
export const DISK_FAULTS = {
  full: (home: string): Undo => {
    const filler = join(home, "filler");
    fill(filler);
    return () => rmSync(filler);
  },
  "folder gone": (home: string): Undo => moved(join(home, "hivemind-core"), join(home, "elsewhere")),
  "files gone": (home: string): Undo => {
    const folder = join(home, "hivemind-core");
    const undo = readdirSync(folder)
      .filter((name) => name.startsWith("clients."))
      .map((name) => moved(join(folder, name), join(home, name)));
    return () => undo.forEach((back) => back());
  },
  "clock backward": (): Undo => {
    const now = Date.now;
    Date.now = () => now() - 3_600_000;
    return () => (Date.now = now);
  },
} as const satisfies Record<string, (home: string) => Undo>;

export type DiskFault = keyof typeof DISK_FAULTS;

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
