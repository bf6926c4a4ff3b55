import type { Block } from "./documents.ts";

/** What stands around a block that does not begin at the beginning. */
const PRELUDES: { readonly [given: string]: readonly [before: string, after: string] } = {
  db: [
    `import { openDatabase, readConfig } from "@hivemind/db-core";
const db = await openDatabase(await readConfig(), { from: import.meta.url });`,
    "await db.close();",
  ],
};

export function programOf({ place, given, text }: Block): string {
  if (given === undefined) return text;
  const prelude = PRELUDES[given];
  if (prelude === undefined) throw new Error(`${place}: there is no prelude "${given}"`);
  const [before, after] = prelude;
  return [before, text, after].join("\n");
}
