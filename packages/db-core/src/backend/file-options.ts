/** The options `name` and `subfolder`, which every backend with a file of its own has, as Python hubs do, and our `folder`. */
import { isAbsolute } from "node:path";

/** What is allowed, for an error of the option. */
export const FILE_NAME = "a file name without any folder, such as clients";
export const FOLDER = "a folder below the data folder, such as hivemind-core, without ..";

export const ABSOLUTE_FOLDER = "the absolute path of a folder, such as /srv/hivemind";

export function isAbsoluteFolder(folder: string): boolean {
  return isAbsolute(folder) && !hasUnusable(folder);
}

export function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !hasUnusable(name) && !/[/\\]/.test(name);
}

export function isInnerFolder(folder: string): boolean {
  return (
    !hasUnusable(folder) && !/^(?:[/\\]|[A-Za-z]:)/.test(folder) && !folder.split(/[/\\]/).includes("..")
  );
}

function hasUnusable(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}
