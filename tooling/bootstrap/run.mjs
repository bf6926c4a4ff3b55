// @ts-check
// The one entry of every root script. Plain JavaScript without a dependency: it must run on Node 20 (the oldest
// that a machine may have) before anything is installed. What comes after it is TypeScript on a newer Node.
import { dirname, delimiter } from "node:path";
import { BootstrapFailure } from "./failure.mjs";
import { install, isInstalled } from "./install.mjs";
import { withLock } from "./lock.mjs";
import { ensureNode } from "./node.mjs";
import { passThrough } from "./pass-through.mjs";
import { ROOT } from "./paths.mjs";
import { ensurePnpm } from "./pnpm.mjs";
import { TASKS } from "./tasks.mjs";
import { typeScriptFlags } from "./versions.mjs";

const [taskName = "", ...taskArgs] = process.argv.slice(2);

try {
  const task = Object.hasOwn(TASKS, taskName) ? TASKS[taskName] : undefined;
  if (task === undefined) {
    throw new BootstrapFailure(`unknown task "${taskName}", known are: ${Object.keys(TASKS).join(", ")}`);
  }

  const { node, version, pnpm, env } = await withLock(async () => {
    const found = await findTools();
    if (task.installs && !isInstalled(found.version)) await install(found.pnpm, found.version, found.env);
    return found;
  });

  const [file, ...args] = task.command({ node, flags: typeScriptFlags(version), pnpm });
  passThrough(file, [...args, ...taskArgs], { cwd: ROOT, env });
} catch (error) {
  if (!(error instanceof BootstrapFailure)) throw error;
  process.stderr.write(`bootstrap: ${error.message}\n`);
  process.exitCode = 1;
}

async function findTools() {
  const { node, version } = await ensureNode();
  const { folder, pnpm } = await ensurePnpm();
  // Windows spells it "Path"; a second spelling beside it would be ignored there.
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const env = {
    ...process.env,
    [pathName]: [dirname(node), folder, process.env[pathName] ?? ""].join(delimiter),
    // Where the operator stands: npm sets it, a direct call does not.
    INIT_CWD: process.env["INIT_CWD"] ?? process.cwd(),
    ...registryForPnpm(),
    // turbo's hash does not contain the Node version by itself: turbo.json names this variable.
    HIVEMIND_NODE_VERSION: version,
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
  };
  return { node, version, pnpm, env };
}

/** pnpm 12 no longer reads npm's variable, and both must ask the same registry. */
function registryForPnpm() {
  const registry = process.env["npm_config_registry"];
  return registry === undefined ? {} : { pnpm_config_registry: registry };
}
