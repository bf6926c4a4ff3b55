import { randomInt } from "node:crypto";
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildQuietly } from "../../tasks/src/build-packages.ts";
import { ROOT } from "../../tasks/src/paths.ts";
import { runTool } from "../../tasks/src/tool.ts";
import { finish } from "./step.ts";
import { redis } from "./steps/redis.ts";

const DEFAULT_MINUTES = "10";

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
const minutes = Number(values.minutes ?? DEFAULT_MINUTES);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const proofs = globSync("packages/*/test/**/*.proof.ts", { cwd: ROOT });

if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error("usage: npm run proof [-- --minutes NUMBER --seed INTEGER]");
  process.exitCode = 2;
} else if (proofs.length === 0) {
  console.error("no proof found: packages/*/test/**/*.proof.ts");
  process.exitCode = 1;
} else if ((await finish(redis)).ok && (await buildQuietly())) {
  console.log(`${proofs.length} proofs in ${minutes} minutes, seed ${seed}`);
  const env = {
    PROOF_SEED: String(seed),
    // Of one file: together they keep to the budget.
    PROOF_MINUTES: String(minutes / proofs.length),
  };
  const config = "tooling/checks/vitest.proof.config.ts";
  const { ok } = await runTool(["vitest", "run", "--config", config], { output: "inherit", env });
  console.log(
    `proof ${ok ? "passed" : "FAILED"}; again with: npm run proof -- --minutes ${minutes} --seed ${seed}`,
  );
  process.exitCode = ok ? 0 : 1;
} else {
  process.exitCode = 1;
}
