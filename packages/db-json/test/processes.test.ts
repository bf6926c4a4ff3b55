import { once } from "node:events";
import { existsSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { children, exited } from "./support/child.ts";
import { all, hub } from "./support/hub.ts";

interface Acknowledged {
  readonly id: number;
  readonly accessKey: string;
}

describe("many processes on one file", () => {
  test(
    "16 processes adding 25 clients each end with 400 clients, 400 ids, 400 keys",
    { timeout: 120_000 },
    async () => {
      const { dataHome, open } = hub();

      const running = Array.from({ length: 16 }, (_, i) =>
        children.fork("add-many", dataHome, {}, `p${i}`, "25"),
      );
      expect(await Promise.all(running.map(exited))).toEqual(Array.from({ length: 16 }, () => 0));

      const db = await open();
      const clients = await all(db);
      const keys = await Promise.all(clients.map(async ({ id }) => (await db.secrets(id))?.accessKey));
      expect(clients.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
      expect(new Set(keys).size).toBe(400);
      expect(new Set(clients.map(({ name }) => name)).size).toBe(400);
    },
  );

  test("kill -9 amid writes: every acknowledged client is there, the next writer goes on at once", async () => {
    const { dataHome, open, folder } = hub();
    const next = await open({}, true);
    const acknowledged: Acknowledged[] = [];
    const waits: number[] = [];

    for (let round = 1; round <= 10; round += 1) {
      const child = children.fork("add-for-ever", dataHome);
      child.on("message", (message) => acknowledged.push(message as Acknowledged));
      // Killed at another moment of its next write in every round.
      for (let writes = 0; writes < round; writes += 1) await once(child, "message");
      child.kill("SIGKILL");
      expect(await exited(child)).toBe("SIGKILL");
      waits.push(await timeOf(() => next.addClient()));
    }

    for (const { id, accessKey } of acknowledged) {
      expect(await next.authenticate({ accessKey })).toMatchObject({ allowed: true, client: { id } });
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(55);
    expect(median(waits)).toBeLessThan(100);
    await (await open()).addClient();
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("the lock is free the moment its holder dies", async () => {
    const { dataHome, open, path } = hub("v2");
    const db = await open();
    const waits: number[] = [];

    for (let round = 0; round < 5; round += 1) {
      const holder = children.fork("hold-lock", dataHome, {}, path("clients.lock"), path("clients.json"));
      await once(holder, "message");
      let isAdded = false;
      const adding = db.addClient().finally(() => (isAdded = true));
      await setTimeout(50);
      expect(isAdded).toBe(false);

      holder.kill("SIGKILL");
      await exited(holder);
      waits.push(await timeOf(() => adding));
    }

    expect(median(waits)).toBeLessThan(100);
  });

  test("a lock file that somebody removed excludes all the same", async () => {
    const { open, path } = hub("v2");
    const [one, two] = [await open(), await open()];
    await one.addClient();
    rmSync(path("clients.lock"));

    await Promise.all([one, two].flatMap((db) => Array.from({ length: 10 }, () => db.addClient())));

    expect(await all(one)).toHaveLength(31);
    expect(existsSync(path("clients.lock"))).toBe(true);
  });
});

describe("what another process or handle did", () => {
  test("is seen at the next call, also a file of the same size written at the same moment", async () => {
    const { open, write, read } = hub("v2");
    const db = await open();
    const text = read("clients.json");

    for (let i = 0; i < 200; i += 1) {
      const name = `kitchen-sat${String(i).padStart(6, "0")}`;
      // In place, as older Python plugins write: the same inode, often the same tick of the clock.
      write("clients.json", text.replace("kitchen-satellite", name));
      expect((await db.getClient(1))?.name).toBe(name);
    }
  });

  test("revoked elsewhere is denied here at the next call", async () => {
    const { open } = hub("v2");
    const [here, elsewhere] = [await open(), await open()];
    expect(await here.authenticate({ accessKey: "guest-key" })).toMatchObject({ allowed: true });

    await elsewhere.revokeClient(4);

    expect(await here.authenticate({ accessKey: "guest-key" })).toMatchObject({
      allowed: false,
      reason: "unknown-key",
    });
    expect(await here.authorize(4, { do: "send", messageType: "speak" })).toMatchObject({
      reason: "revoked",
    });
  });

  test("a file that is being written does not take the feed down", async () => {
    const { open, write, read, notices } = hub("v2");
    const db = await open();
    const backend = await plugin.open(
      { name: "clients", subfolder: "hivemind-core" },
      { create: false, onNotice: (notice) => notices.push(notice) },
    );
    const heard: unknown[] = [];
    const feed = await backend.watch((changed) => heard.push(changed));
    const text = read("clients.json");

    write("clients.json", text.slice(0, text.length / 2));
    const during = feed.provenAt();
    write("clients.json", text.replace("kitchen-satellite", "whole again"));
    const after = feed.provenAt();

    expect(after).toBeGreaterThan(during);
    expect(notices).toEqual([]);
    expect(heard).toEqual([[1]]);
    await backend.close();
    expect(feed.provenAt()).toBe(after);
    expect(await all(db)).toHaveLength(10);
  });

  test("half a file, as an older Python hub leaves it while writing, is waited for", async () => {
    const { open, write, read } = hub("v2");
    const db = await open();
    const text = read("clients.json");
    write("clients.json", text.slice(0, text.length / 2));

    const reading = db.getClient(1);
    await setTimeout(100);
    write("clients.json", text.replace("kitchen-satellite", "whole again"));

    expect((await reading)?.name).toBe("whole again");
  });
});

test("64 writes of node state at once share few writes of its file", async () => {
  const { open, folder } = hub("v2");
  const db = await open();
  await db.addClient();
  const state = db.state("shared", "test");

  const written = await namesWritten(folder, () =>
    Promise.all(Array.from({ length: 64 }, () => state.update("count", (now) => Number(now ?? 0) + 1))),
  );

  expect(await state.get("count")).toBe(64);
  const temporaries = written.filter((name) => name.startsWith(".clients.hivemind.json."));
  expect(temporaries.length).toBeGreaterThanOrEqual(1);
  expect(temporaries.length).toBeLessThanOrEqual(4);
});

test("64 adds at once share few writes of the file", async () => {
  const { open, folder } = hub("v2");
  const db = await open();
  await db.addClient();

  const written = await namesWritten(folder, () =>
    Promise.all(Array.from({ length: 64 }, () => db.addClient())),
  );

  const temporaries = written.filter((name) => name.startsWith(".clients.json."));
  expect(temporaries.length).toBeGreaterThanOrEqual(1);
  expect(temporaries.length).toBeLessThanOrEqual(4);
});

/** The names of all files in the folder that were made meanwhile. */
async function namesWritten(folder: string, work: () => Promise<unknown>): Promise<readonly string[]> {
  const names = new Set<string>();
  const watcher = watch(folder, (_event, name) => names.add(String(name)));
  await work();
  const last = new Promise((resolve) =>
    watcher.on("change", (_event, name) => name === "end" && resolve(name)),
  );
  writeFileSync(`${folder}/end`, "");
  await last;
  watcher.close();
  return [...names];
}

/** Milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Of several, because a machine that does other things too stalls every process once in a while. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
