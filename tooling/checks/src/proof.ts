import { randomInt } from "node:crypto";
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildQuietly } from "../../tasks/src/build-packages.ts";
import { ROOT } from "../../tasks/src/paths.ts";
import { run, runTool } from "../../tasks/src/tool.ts";
import { finish } from "./step.ts";
import { redis } from "./steps/redis.ts";

const DEFAULT_MINUTES = "10";
/** The rest of the time is for the proofs of the packages. */
const TRIALS_SHARE = 0.8;
const USAGE =
  "usage: npm run proof [-- --minutes NUMBER --seed INTEGER --only TEXT --record]\n" +
  '  --only    of the trials those whose name and backend hold this text ("crash", "races redis"), and no proofs\n' +
  "  --record  writes tooling/torture/RESULTS.md";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: DEFAULT_MINUTES },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    only: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const only = values.only === undefined ? "" : ` --only "${values.only}"`;
const command = `npm run proof -- --minutes ${minutes} --seed ${seed}${only}`;

if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (!(await finish(redis)).ok || !(await buildQuietly())) {
  process.exitCode = 1;
} else {
  // Of 75 minutes, load on each backend gets about ten.
  const tried = await trials(values.only === undefined ? minutes * TRIALS_SHARE : minutes);
  const proved = values.only !== undefined || (await proofs(minutes * (1 - TRIALS_SHARE)));
  const ok = proved && tried;
  console.log(`proof ${ok ? "passed" : "FAILED"}; again with: ${command}`);
  process.exitCode = ok ? 0 : 1;
}

/** One file after the other, each within its share of the time. */
async function proofs(share: number): Promise<boolean> {
  const files = globSync("{packages,tooling}/*/test/**/*.proof.ts", { cwd: ROOT });
  console.log(`${files.length} proofs in about ${share} minutes, seed ${seed}`);
  const env = { PROOF_SEED: String(seed), PROOF_MINUTES: String(share / files.length) };
  const config = "tooling/checks/vitest.proof.config.ts";
  const { ok } = await runTool(["vitest", "run", "--config", config], { output: "inherit", env });
  return ok;
}

/** What is the same for all backends: tooling/torture. */
async function trials(share: number): Promise<boolean> {
  const args = ["tooling/torture/src/main.ts", "--minutes", String(share), "--seed", String(seed)];
  if (values.only !== undefined) args.push("--only", values.only);
  if (values.record) args.push("--record", command);
  const { ok } = await run(process.execPath, [...process.execArgv, ...args], {
    cwd: ROOT,
    output: "inherit",
  });
  return ok;
}
