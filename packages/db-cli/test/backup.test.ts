import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { Progress } from "../src/output/progress.ts";
import { openBackup } from "../src/transfer/backup-source.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { clientsText, contentOf, rememberState } from "./support/many-clients.ts";
import { errorOf, MAIN, runCli, runJson } from "./support/run-cli.ts";
import { configFor } from "./support/stores.ts";
import type { BackendName } from "./support/stores.ts";
import { runAndSignal } from "./support/start-cli.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

function seededHub(count: number): Hub {
  return new Hub().withText("clients.json", clientsText(count)).withText("clients.schema_version", "2");
}

describe("backup and restore", () => {
  it.each(["json", "sqlite", "redis"] as const satisfies readonly BackendName[])(
    "put everything into an empty store of %s, also when killed in between, and back",
    { timeout: 90_000 },
    async (backend) => {
      const hub = seededHub(2000);
      await rememberState(hub);
      const expected = await contentOf(hub);
      const target = configFor(hub, backend, `restored-${backend}`, redis.port);
      const moments = [randomInt(200, 700), randomInt(300, 900)] as const;

      expect(await runJson(hub, ["backup", "all.ndjson"])).toEqual({
        path: join(hub.home, "all.ndjson"),
        records: 2000,
        state: 2,
        unreadable: [],
      });
      const restore = ["restore", "all.ndjson", "--config", target];
      await runAndSignal(hub, restore, "SIGKILL", moments[0]);
      await runAndSignal(hub, restore, "SIGINT", moments[1]);
      const done = await runCli(hub, restore);
      await runJson(hub, ["backup", "again.ndjson", "--config", target]);

      expect({ moments, code: done.code }).toEqual({ moments, code: 0 });
      expect(await contentOf(hub, target)).toEqual(expected);
      expect(statSync(join(hub.home, "all.ndjson")).mode & 0o777).toBe(0o600);
      const [first, second] = ["all", "again"].map((name) =>
        readFileSync(join(hub.home, `${name}.ndjson`), "utf8")
          .trimEnd()
          .split("\n"),
      );
      expect(second).toHaveLength(first?.length ?? 0);
    },
  );

  it("keep a schema-1 store as it is, and upgrade it where it is restored", async () => {
    const hub = hubWithClients("v1");
    const before = hub.snapshot();

    await runJson(hub, ["backup", "old.ndjson"]);
    const text = readFileSync(join(hub.home, "old.ndjson"), "utf8");
    const restored = await runJson(hub, [
      "restore",
      "old.ndjson",
      "--config",
      configFor(hub, "sqlite", "new", redis.port),
    ]);

    expect(text).toContain('"message_blacklist"');
    expect(restored).toMatchObject({ droppedMessageBlacklist: [4] });
    for (const [path, file] of before) expect(hub.snapshot().get(path)).toEqual(file);
  });
});

describe("backup", () => {
  it("never writes over a file unless told to, and leaves none behind when it fails", async () => {
    const hub = new Hub().withFile("synthetic/clients-one-bad-record.json");
    writeFileSync(join(hub.home, "here"), "precious");

    expect(await runCli(hub, ["backup", "here"])).toMatchObject({ code: 2 });
    const failed = await runCli(hub, ["backup", "there"]);
    expect(failed.code).toBe(5);
    expect(failed.stderr).toContain("--skip-unreadable");
    expect(readdirSync(hub.home)).toEqual(["config", "data", "here"]);
    expect(readFileSync(join(hub.home, "here"), "utf8")).toBe("precious");

    expect(await runJson(hub, ["backup", "here", "--overwrite", "--skip-unreadable"])).toMatchObject({
      unreadable: ["client 2", "client 3"],
    });
  });
});

describe("restore", () => {
  it("refuses a store that holds anybody else", async () => {
    const hub = seededHub(3);
    await runJson(hub, ["backup", "all.ndjson"]);
    await runJson(hub, ["add-client", "--name", "newcomer"]);
    const before = hub.snapshot();

    const outcome = await runCli(hub, ["restore", "all.ndjson", "--json"]);

    expect(outcome.code).toBe(2);
    expect(errorOf(outcome).message).toContain("an empty store only");
    expect(hub.snapshot()).toEqual(before);
  });

  it("writes nothing from a backup that is damaged, nor from another file", async () => {
    const hub = seededHub(3);
    await runJson(hub, ["backup", "all.ndjson"]);
    const file = join(hub.home, "all.ndjson");
    const text = readFileSync(file, "utf8");
    const target = configFor(hub, "json", "target", redis.port);
    const progress = new Progress(process, { isShown: false });
    const watcher = { progress, interrupt: { check: () => undefined, signal: new AbortController().signal } };

    for (const [damaged, message] of [
      [text.replace("client 2,", "client 3,"), "checksum"],
      [text.replace(/^\{"record":\{"client_id":2.*\n/m, ""), "count of records"],
      [text.replace(/\{"end".*\n/, ""), "its end is missing"],
      [text.replace('"client_id":2', '"client_id":"2"'), "line 3"],
      [text.slice(0, 900), "is not valid"],
      [`${text}{}\n`, "after the end"],
      ["id,name\n", "is no backup"],
      ["", "is no backup"],
      [text.replace('"version":1', '"version":2'), "later release"],
    ] as const) {
      writeFileSync(file, damaged);
      await expect(openBackup(file, watcher)).rejects.toThrow(message);
    }
    writeFileSync(file, text.slice(0, -10));
    const before = hub.snapshot();
    const outcome = await runCli(hub, ["restore", "all.ndjson", "--config", target]);
    expect(outcome.code).toBe(5);
    expect(outcome.stderr).not.toContain("key-");
    expect(hub.snapshot()).toEqual(before);
  });
});

describe("backup - and restore -", () => {
  it("go through a pipe, and leave nothing behind", async () => {
    const hub = seededHub(20);
    const expected = await contentOf(hub);
    const folder = join(hub.home, "tmp");
    mkdirSync(folder);

    const piped = await runCli(hub, ["backup", "-"]);
    const target = configFor(hub, "sqlite", "piped", redis.port);
    const restored = await runJson(hub, ["restore", "-", "--config", target], {
      input: piped.stdout,
      env: { TMPDIR: folder },
    });
    const cut = await runCli(hub, ["restore", "-", "--config", target, "--json"], {
      input: piped.stdout.slice(0, -10),
      env: { TMPDIR: folder },
    });

    expect(piped).toMatchObject({
      code: 0,
      stderr: "Wrote 20 clients and 0 entries of node state to standard output\n",
    });
    expect(restored).toMatchObject({ clients: { added: 20 } });
    expect(await contentOf(hub, target)).toEqual(expected);
    expect(cut.code).toBe(5);
    expect(errorOf(cut).message).toMatch(/damaged/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("end at %s while the pipe is silent", async (signal) => {
    const hub = new Hub();
    const folder = join(hub.home, "tmp");
    mkdirSync(folder);
    const watcher = watch(folder);
    onTestFinished(() => watcher.close());
    const spooling = once(watcher, "change");
    const child = spawn(process.execPath, [MAIN, "restore", "-"], { env: { ...hub.env, TMPDIR: folder } });
    onTestFinished(() => void child.kill("SIGKILL"));
    const closed = once(child, "close");
    await spooling;

    child.kill(signal);

    expect(await textOf(child.stderr)).toMatch(/^Stopped/);
    expect(await closed).toEqual([null, signal]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a pipe that is closed before the end is an error: what was read is no backup", async () => {
    const hub = seededHub(2000);
    const child = spawn(process.execPath, [MAIN, "backup", "-"], { env: hub.env });
    child.stdout.destroy();
    const closed = once(child, "close");
    expect(await textOf(child.stderr)).toMatch(/the pipe was closed before the backup's end/);
    expect(await closed).toEqual([1, null]);
  });

  it("with --json there is one thing on stdout", async () => {
    const outcome = await runCli(seededHub(1), ["backup", "-", "--json"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
  });
});
