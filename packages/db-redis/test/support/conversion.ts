/** A conversion in a process of its own, which can be killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ConvertReport } from "@hivemind/db-core";
import type { Redis } from "ioredis";

const CHILD = fileURLToPath(new URL("../processes/convert.process.ts", import.meta.url));
const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

/** `undefined`: it was killed before its end. `ms`: how long after its first page it is killed with -9. */
export async function convertInProcess(port: number, ms?: number): Promise<ConvertReport | undefined> {
  const child = spawn(process.execPath, [...TYPESCRIPT, CHILD, String(port)]);
  const printed = text(child.stdout);
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  if (ms === undefined) child.stderr.resume();
  else child.stderr.once("data", () => void delay(ms).then(() => child.kill("SIGKILL")));
  const [code, signal] = await ended;
  if (signal === "SIGKILL") return undefined;
  if (code !== 0) throw new Error(`the conversion ended with exit code ${code}`);
  return JSON.parse(await printed) as ConvertReport;
}

/** Living clients and tombstones as Python hubs leave them where a cluster has no hash tag: records and the hash. */
export async function seedLegacy(redis: Redis, clients: number): Promise<void> {
  for (let start = 1; start <= clients; start += 5000) {
    const pipeline = redis.pipeline();
    for (let id = start; id < Math.min(start + 5000, clients + 1); id += 1) {
      const isDead = id % 10 === 0;
      const key = isDead ? "revoked" : `key-${id}`;
      const record = `{"client_id": ${id}, "api_key": "${key}", "name": "${isDead ? "" : `n${id % 7}`}", "allowed_types": ["a"], "metadata": {"big": 9007199254740993, "float": 1.0}}`;
      pipeline.set(`client:client:${id}`, record);
      if (!isDead) pipeline.hset("client:api_key_records", key, record);
    }
    await pipeline.exec();
  }
  await redis.set("client:schema_version", "2");
}

/** Records that differ between the two namespaces. */
export async function differences(redis: Redis, clients: number): Promise<readonly number[]> {
  const different: number[] = [];
  for (let start = 1; start <= clients; start += 1000) {
    const ids = Array.from({ length: Math.min(1000, clients - start + 1) }, (_, i) => start + i);
    const [old, tagged] = await Promise.all(
      ["client:client:", "client:{clients}:client:"].map((prefix) =>
        redis.mget(ids.map((id) => `${prefix}${id}`)),
      ),
    );
    different.push(...ids.filter((_, i) => old?.[i] === null || old?.[i] !== tagged?.[i]));
  }
  return different;
}
