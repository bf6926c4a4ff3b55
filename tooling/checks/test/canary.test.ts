import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { CANARY_BYTES, holdsCanary, mayHold, noTally } from "../src/canary/canary.ts";
import { verdict } from "../src/canary/verdict.ts";
import { watchErrors, watchFiles, watchOutput } from "../src/canary/watchers.ts";

// Put together here, so that this file's own watcher finds none.
const SECRET = ["canary", "of a test"].join("-");

/** Of one watcher, while `body` runs. The watcher of all tests is under it, and must not see the secret. */
async function leaksOf(
  watcher: typeof watchFiles,
  body: () => unknown,
): Promise<{ tally: ReturnType<typeof noTally>; leaks: readonly string[] }> {
  const [tally, leaks]: [ReturnType<typeof noTally>, string[]] = [noTally(), []];
  const undo = watcher(tally, (where) => leaks.push(where));
  try {
    await body();
  } finally {
    undo();
  }
  return { tally, leaks };
}

/** Named as the function of core. */
function randomCredential(): Buffer {
  return randomBytes(16);
}

describe("the watch over secrets", () => {
  test("what core makes up in a test process holds the canary, and is random all the same", () => {
    const [one, other] = [randomCredential(), randomCredential()];

    expect(holdsCanary(randomBytes(16).toString("hex"))).toBe(false);
    expect(one.subarray(0, CANARY_BYTES.length)).toEqual(CANARY_BYTES);
    expect(holdsCanary(one.toString("hex"))).toBe(true);
    expect(one).not.toEqual(other);
  });

  test("a store may hold secrets, and a log may not", () => {
    expect(
      ["clients.json", "clients.db", "clients.db-wal", "clients.json.schema-1.bak"].filter(mayHold),
    ).toHaveLength(4);
    expect(
      ["redis.log", "clients.ejson", "clients.json.lock", "clients.schema_version"].filter(mayHold),
    ).toEqual([]);
  });

  test("files are looked at before they are gone, but for what a test writes for itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hivemind-canary-"));
    writeFileSync(join(folder, "clients.json"), "{}");
    writeFileSync(join(folder, "a.log"), "harmless");

    const { tally, leaks } = await leaksOf(watchFiles, () => rmSync(folder, { recursive: true }));

    expect(tally).toMatchObject({ files: 2, holders: 0 });
    expect(leaks).toEqual([]);
  });

  test("an error of the database is looked at when it is made", async () => {
    const { tally } = await leaksOf(watchErrors, () =>
      Object.defineProperty(new Error("harmless"), Symbol.for("@hivemind/db-core.DbError"), { value: true }),
    );

    expect(tally.errors).toBe(1);
  });

  test("what a process writes is looked at, and the test reads it whole", async () => {
    let said = "";
    const { tally } = await leaksOf(watchOutput, async () => {
      const child = spawn(process.execPath, ["-e", "console.log('said'); console.error('harmless')"]);
      const closed = once(child, "close");
      said = await text(child.stdout);
      await closed;
    });

    expect(said).toBe("said\n");
    expect(tally.outputs).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ["a file", watchFiles],
    ["an error", watchErrors],
    ["an output", watchOutput],
  ])("a secret in %s is found", async (what, watcher) => {
    // In a process of its own: the watch over this file would find it as well.
    const folder = mkdtempSync(join(tmpdir(), "hivemind-canary-"));
    const script = `
      const { watchFiles, watchErrors, watchOutput } = await import(${JSON.stringify(new URL("../src/canary/watchers.ts", import.meta.url).href)});
      const { noTally } = await import(${JSON.stringify(new URL("../src/canary/canary.ts", import.meta.url).href)});
      const fs = await import("node:fs");
      const processes = await import("node:child_process");
      const { once } = await import("node:events");
      const secret = ["canary", "of a test"].join("-");
      const leaks = [];
      const undo = ${watcher.name}(noTally(), (where) => leaks.push(where));
      if (${JSON.stringify(what)} === "a file") {
        fs.mkdirSync(${JSON.stringify(join(folder, "a"))});
        fs.writeFileSync(${JSON.stringify(join(folder, "a", "a.log"))}, secret);
        fs.rmSync(${JSON.stringify(join(folder, "a"))}, { recursive: true });
      } else if (${JSON.stringify(what)} === "an error") {
        const cause = new Error(secret);
        Object.defineProperty(new Error("of us", { cause }), Symbol.for("@hivemind/db-core.DbError"), { value: true });
      } else {
        const child = processes.spawn(process.execPath, ["-e", "console.error(['canary', 'of a test'].join('-'))"]);
        child.stderr.resume();
        await once(child, "close");
      }
      undo();
      process.stdout.write(String(leaks.length));`;
    const args = [
      "--experimental-strip-types",
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "-e",
      script,
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });

    const found = await text(child.stdout);
    rmSync(folder, { recursive: true });

    expect(found).toBe("1");
    expect(holdsCanary(SECRET)).toBe(true);
  });
});

describe("the verdict", () => {
  const all = { files: 1, holders: 1, errors: 1, outputs: 1 };
  const folders = ["db-core", "db-json", "db-sqlite", "db-redis", "db-cli"].map((name) => `packages/${name}`);
  const tallies = new Map(folders.map((folder) => [folder, [all]]));

  test("everything was looked at, and nothing found", () => {
    expect(verdict(tallies, [], 1)).toMatchObject({ ok: true, note: expect.stringContaining("5 files") });
  });

  test.each([
    ["a secret was found", tallies, ["the output of the tests"], 1, "is in the output"],
    ["there was no output", tallies, [], 0, "no output"],
    ["one package was not watched", new Map([...tallies, ["packages/db-cli", []]]), [], 1, "nobody watched"],
    ["one package did not run", new Map([...tallies].slice(1)), [], 1, "left no report"],
    [
      "no file of a store was seen",
      new Map([...tallies, ["packages/db-json", [{ ...all, holders: 0 }]]]),
      [],
      1,
      "no holders",
    ],
  ] as const)("it fails where %s", (_, given, places, length, problem) => {
    const { ok, output } = verdict(given, places, length);

    expect([ok, output]).toEqual([false, expect.stringContaining(problem)]);
  });
});
