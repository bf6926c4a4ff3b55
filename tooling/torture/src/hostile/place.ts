/** Options that name files: nothing is made but below the data folder. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import json from "@hivemind/db-json";
import sqlite from "@hivemind/db-sqlite";
import * as fc from "fast-check";
import { promise } from "../trial.ts";
import { json as anyJson, text } from "./arbitraries.ts";
import { everythingIn } from "./files.ts";
import { onlyOurs } from "./only-ours.ts";
import { scratch } from "./scratch.ts";
import type { Surface } from "./surface.ts";

const part = fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: anyJson });

export const place: Surface = {
  name: "name and subfolder",
  proves: "no option leads out of the data folder, and nothing of it is half made",
  prepare: async () => {
    const outer = scratch("place");
    const home = join(outer, "a", "b", "data");
    return {
      property: fc.asyncProperty(
        fc.constantFrom(json, sqlite),
        part,
        part,
        async (plugin, name, subfolder) => {
          mkdirSync(home, { recursive: true });
          process.env["XDG_DATA_HOME"] = home;
          try {
            await onlyOurs(() => addOne(plugin as BackendPlugin, { name, subfolder }));
            const outside = everythingIn(outer).filter(
              (path) => !join("a/b/data/").startsWith(path.slice(0, 9)),
            );
            promise(outside.length === 0, () => `made outside of the data folder: ${outside.join(", ")}`);
          } finally {
            rmSync(join(outer, "a"), { recursive: true });
          }
        },
      ) as never,
      dispose: async () => rmSync(outer, { recursive: true, force: true }),
    };
  },
};

async function addOne(plugin: BackendPlugin, options: Readonly<Record<string, unknown>>): Promise<void> {
  const db = await openDatabase(
    { database: { module: plugin.name, [plugin.name]: options } },
    { plugins: [plugin], create: true },
  );
  try {
    await onlyOurs(() => db.addClient({ name: "one" }));
  } finally {
    await db.close();
  }
}
