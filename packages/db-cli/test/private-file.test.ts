import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { writePrivateFile } from "../src/transfer/private-file.ts";

/** Puts a link in the place of the file as soon as it is there, as the owner of its folder could. */
const SWAPPER = `
  const { existsSync, renameSync, symlinkSync } = require("node:fs");
  const { workerData: { file, link, victim, stop }, parentPort } = require("node:worker_threads");
  parentPort.postMessage("ready");
  while (Atomics.load(stop, 0) === 0) {
    try {
      if (!existsSync(link)) symlinkSync(victim, link);
      if (existsSync(file)) renameSync(link, file);
    } catch {
      // Too late this time.
    }
  }
`;

it("what is written never goes through a link that somebody puts in its place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hivemind-db-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [path, victim] = [join(folder, "backup"), join(folder, "victim")];
  writeFileSync(victim, "untouched");
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { file: `${path}.partial`, link: join(folder, "link"), victim, stop };
  const swapper = new Worker(SWAPPER, { eval: true, workerData });
  await once(swapper, "message");

  for (let round = 0; round < 300; round += 1)
    // The swapper may get there first, or take the file away: that is an error, and no harm.
    await writePrivateFile(path, secrets()).catch(() => undefined);
  Atomics.store(stop, 0, 1);
  await once(swapper, "exit");

  expect(readFileSync(victim, "utf8")).toBe("untouched");
});

async function* secrets(): AsyncGenerator<string> {
  yield "a secret";
}
