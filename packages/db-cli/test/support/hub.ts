/** A HOME as a Python hub has left it, for one test. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const FIXTURES = fileURLToPath(new URL("../../../../tooling/fixtures/", import.meta.url));

export type StoreFile = { readonly bytes: string; readonly mode: number; readonly mtimeNs: bigint };

export class Hub {
  readonly home = mkdtempSync(join(tmpdir(), "hivemind-db-cli-"));
  readonly configFile = join(this.home, "config/hivemind-core/server.json");
  readonly dataFolder = join(this.home, "data/hivemind-core");
  readonly clientsFile = join(this.dataFolder, "clients.json");
  readonly env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: this.home,
    XDG_CONFIG_HOME: join(this.home, "config"),
    XDG_DATA_HOME: join(this.home, "data"),
  };

  constructor() {
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }));
    for (const folder of [join(this.configFile, ".."), this.dataFolder])
      mkdirSync(folder, { recursive: true });
    // Other backends are installed in this repository: without a name there would be a choice.
    this.withConfig({ database: { module: "hivemind-json-db-plugin" } });
  }

  withoutConfig(): this {
    rmSync(this.configFile);
    return this;
  }

  /** Copies a fixture (`v1/clients.json`) into the data folder, writable as a hub's own file. */
  withFile(fixture: string, name = "clients.json"): this {
    const file = join(this.dataFolder, name);
    cpSync(join(FIXTURES, fixture), file);
    chmodSync(file, 0o600);
    return this;
  }

  withText(name: string, text: string): this {
    writeFileSync(join(this.dataFolder, name), text);
    return this;
  }

  withConfig(config: object): this {
    writeFileSync(this.configFile, JSON.stringify(config, undefined, 4));
    return this;
  }

  /** The database block of a Python hub, with these options. */
  withOptions(options: object, module = "hivemind-json-db-plugin"): this {
    return this.withConfig({ database: { module, [module]: options } });
  }

  /** Every byte below HOME, with modes and times of change. */
  snapshot(): ReadonlyMap<string, StoreFile> {
    const files = readdirSync(this.home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return new Map(
      files.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const { mode, mtimeNs } = statSync(path, { bigint: true });
        return [path, { bytes: readFileSync(path, "latin1"), mode: Number(mode), mtimeNs }];
      }),
    );
  }

  /** The records of the store as JSON.parse reads them. */
  records(): Record<string, Record<string, unknown>> {
    return JSON.parse(readFileSync(this.clientsFile, "utf8"));
  }
}

/** With everything that the Python plugins of this schema have left: `clients.json` and the stores beside it. */
export function hubWithClients(schema: "v1" | "v2"): Hub {
  const hub = new Hub();
  for (const name of readdirSync(join(FIXTURES, schema))) hub.withFile(`${schema}/${name}`, name);
  return hub;
}
