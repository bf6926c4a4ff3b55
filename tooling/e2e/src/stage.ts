import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startRegistry } from "./registry/verdaccio.ts";
import { Release } from "./release/release.ts";
import { run } from "./user/command.ts";
import { Machine } from "./user/machine.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Everything of this run; removed at its end. */
    folder: string;
    registryUrl: string;
    /** The first release, by package. */
    versions: Record<string, string>;
  }
}

const EXAMPLE_NODE = fileURLToPath(new URL("../published/example-node", import.meta.url));

/** Before all tests: a registry on loopback in which everything is published. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "hivemind-e2e-"));
  const registry = await startRegistry(folder);
  const tearDown = async () => {
    await registry.stop();
    await rm(folder, { recursive: true });
  };
  try {
    const machine = await Machine.at(folder, registry.url);
    const release = await Release.of(machine);
    await release.publish();
    await run(["npm", "publish", "--silent", EXAMPLE_NODE], machine.in(folder));
    provide("folder", folder);
    provide("registryUrl", registry.url);
    provide("versions", await release.versions());
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
