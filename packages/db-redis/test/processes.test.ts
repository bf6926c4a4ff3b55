import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
const CHILD = fileURLToPath(new URL("processes/add-and-update.process.ts", import.meta.url));
const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
const [PROCESSES, ADDS, UPDATES] = [8, 40, 25];

test(
  "8 processes adding and updating: no lost update, no double id, nothing out of step",
  { timeout: 60_000 },
  async () => {
    const db = await redis.open();
    await db.addClient();

    const outputs = await Promise.all(
      Array.from({ length: PROCESSES }, () =>
        promisify(execFile)(process.execPath, [
          ...TYPESCRIPT,
          CHILD,
          String(redis.server.port),
          String(ADDS),
          String(UPDATES),
        ]),
      ),
    );

    const ids = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[]);
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: PROCESSES * ADDS }, (_, i) => i + 2));
    expect((await db.getClient(1))?.metadata).toEqual({ counter: PROCESSES * UPDATES });
    expect(await Array.fromAsync(db.listClients())).toHaveLength(PROCESSES * ADDS + 1);
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    expect(await redis.admin.get("client:count")).toBe(String(PROCESSES * ADDS + 1));
  },
);
