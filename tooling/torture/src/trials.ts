/** Everything that is tried, on every backend. */
import { calls } from "./hostile/calls.ts";
import { certificates } from "./hostile/certificates.ts";
import { config } from "./hostile/config.ts";
import { jsonFile, sqliteFile } from "./hostile/files.ts";
import { importFiles } from "./hostile/import-files.ts";
import { jsonText } from "./hostile/json-text.ts";
import { place } from "./hostile/place.ts";
import { redisRecords } from "./hostile/redis-records.ts";
import { redisReplies } from "./hostile/redis-replies.ts";
import { cluster, movingSlot, sentinels } from "./redis/topologies.ts";
import { jsonStore, sqliteStore } from "./stores/files.ts";
import { redisStore } from "./stores/redis.ts";
import type { Trial } from "./trial.ts";
import { crash } from "./trials/crash.ts";
import { disk } from "./trials/disk.ts";
import { failover } from "./trials/failover.ts";
import { faults } from "./trials/faults.ts";
import { hostile } from "./trials/hostile.ts";
import { huge } from "./trials/huge.ts";
import { load } from "./trials/load.ts";
import { power } from "./trials/power.ts";
import { races } from "./trials/races.ts";

const RACING_CALLS = 200;

/**
 * Each lane runs beside the others: what breaks stores, what wears them out, and what is fed to them. The quick ones
 * come first, and what has an end of its own: they leave their time to the slow.
 */
export const LANES: readonly (readonly Trial[])[] = [
  [
    // The system calls of which a write is made: killed before each, and so after the one before.
    crash("json", jsonStore, ["openat", "write", "fsync", "rename"]),
    crash("sqlite", sqliteStore, ["pwrite64", "fdatasync", "fsync"]),
    crash("redis", redisStore, ["write", "writev", "read"]),
    power("json", jsonStore, { calls: 60, disks: 100 }),
    power("sqlite", sqliteStore, { calls: 60, disks: 100 }),
    disk("json", jsonStore, ["fsync", "rename"]),
    disk("sqlite", sqliteStore, ["pwrite64", "fdatasync", "fsync"]),
    races("json", jsonStore, RACING_CALLS),
    races("sqlite", sqliteStore, RACING_CALLS),
    races("redis", redisStore, RACING_CALLS),
    faults,
    failover("redis, Sentinel", sentinels, { losesUnconfirmed: true }),
    failover("redis, Cluster", cluster, { losesUnconfirmed: true }),
    failover("redis, Cluster", movingSlot, { losesUnconfirmed: false }),
  ],
  [load("json", jsonStore), load("sqlite", sqliteStore), load("redis", redisStore), hostile(redisReplies)],
  [huge, ...[certificates, calls, jsonFile, redisRecords].map(hostile)],
  [jsonText, sqliteFile, place, config, importFiles].map(hostile),
];

export const TRIALS = LANES.flat();
