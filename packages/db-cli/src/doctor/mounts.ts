/** Which file system a path is on, by the names that Linux has for them. */
import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** `undefined` where nobody can say: this is no Linux, or /proc is not there. */
export function fileSystemOf(path: string): string | undefined {
  try {
    return typeAt(readFileSync("/proc/self/mountinfo", "utf8"), existing(path));
  } catch {
    return undefined;
  }
}

/** The type of the mount that covers this absolute path, from the text of /proc/self/mountinfo: see proc(5). */
export function typeAt(mountinfo: string, path: string): string | undefined {
  let found: { readonly length: number; readonly type: string } | undefined;
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const place = unescaped(before.split(" ")[4] ?? "");
    const [type = ""] = after.split(" ");
    if (type === "" || !covers(place, path)) continue;
    // Of several mounts at one place the last one hides those before it.
    if (found === undefined || place.length >= found.length) found = { length: place.length, type };
  }
  return found?.type;
}

function covers(place: string, path: string): boolean {
  return place === "/" || path === place || path.startsWith(`${place}/`);
}

/** Space, tab, line break and backslash are octal there. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The real path of what is there: of the file, or else of the nearest folder above it. */
function existing(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const folder = dirname(path);
    if (folder === path) throw error;
    return existing(folder);
  }
}
