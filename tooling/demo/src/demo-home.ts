import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FIXTURE = fileURLToPath(new URL("../../fixtures/v1/clients.json", import.meta.url));

/** What a Python hub with the JSON plugin writes there; our registry knows the name. */
const SERVER_JSON = {
  agent_protocol: { module: "hivemind-ovos-agent-plugin" },
  database: {
    module: "hivemind-json-db-plugin",
    "hivemind-json-db-plugin": { name: "clients", subfolder: "hivemind-core" },
  },
};

/** A HOME as a Python hub has left it. Removed when this process ends, however it does. */
export class DemoHome {
  readonly path = mkdtempSync(join(tmpdir(), "hivemind-demo-"));
  readonly dataFolder = join(this.path, ".local/share/hivemind-core");
  readonly clientsFile = join(this.dataFolder, "clients.json");
  /** Nothing of the real user's: no XDG folder, no variable of ours. */
  readonly env = {
    PATH: process.env["PATH"],
    HOME: this.path,
    ...pick("NO_COLOR", "TERM", "SystemRoot", "TEMP"),
  };

  constructor() {
    process.on("exit", () => rmSync(this.path, { recursive: true, force: true }));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));
    const configFolder = join(this.path, ".config/hivemind-core");
    for (const folder of [configFolder, this.dataFolder]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(configFolder, "server.json"), JSON.stringify(SERVER_JSON, undefined, 4));
    cpSync(FIXTURE, this.clientsFile);
    chmodSync(this.clientsFile, 0o600);
  }

  clients(): string {
    return readFileSync(this.clientsFile, "utf8");
  }

  files(): readonly string[] {
    return readdirSync(this.dataFolder).toSorted();
  }
}

function pick(...names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined),
  );
}
