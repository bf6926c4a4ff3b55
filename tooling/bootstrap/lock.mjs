// @ts-check
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TOOLCHAIN } from "./paths.mjs";

const LOCK = join(TOOLCHAIN, "lock");
const CLEARING = join(TOOLCHAIN, "lock.clearing");
const POLL_MS = 25;
const ANNOUNCE_AFTER_MS = 3_000;
const CLEARING_IS_STALE_AFTER_MS = 10_000;

/**
 * Runs `work` while no other process on this checkout runs its own.
 *
 * @template T
 * @param {() => Promise<T>} work
 */
export async function withLock(work) {
  mkdirSync(TOOLCHAIN, { recursive: true });
  await acquire();
  // A holder that is stopped by a signal leaves its lock behind; the next one finds that it is gone.
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

async function acquire() {
  const started = Date.now();
  let announced = false;
  while (!tryLock()) {
    const holders = readHolders();
    if (holders !== undefined && !holders.split(" ").map(Number).some(isAlive)) clear(holders);
    else if (!announced && Date.now() - started > ANNOUNCE_AFTER_MS) {
      announced = true;
      process.stderr.write(
        `bootstrap: waiting for process ${holders}, which sets up this checkout (${LOCK})\n`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * A child that outlives us (kill -9) still writes into the checkout: until it is gone too, the lock is held.
 *
 * @param {number | undefined} child
 */
export function extendLockTo(child) {
  if (child !== undefined) writeFileSync(LOCK, `${process.pid} ${child}`);
}

/** The file appears with its content, by link(2): nobody ever sees a lock without a holder. */
function tryLock() {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, LOCK);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes a dead holder's lock. One process at a time, or the second would remove the first one's new lock.
 *
 * @param {string} dead
 */
function clear(dead) {
  try {
    mkdirSync(CLEARING);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const age = Date.now() - (statSync(CLEARING, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > CLEARING_IS_STALE_AFTER_MS) rmSync(CLEARING, { recursive: true, force: true });
    return;
  }
  try {
    if (readHolders() === dead) rmSync(LOCK, { force: true });
  } finally {
    rmSync(CLEARING, { recursive: true, force: true });
  }
}

function readHolders() {
  try {
    return readFileSync(LOCK, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
