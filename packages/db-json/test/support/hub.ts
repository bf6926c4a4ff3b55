/** A data folder of its own for one test, as a Python hub left it. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataFolder, FIXTURES } from "../../../../tooling/test-support/src/data-folder.ts";
import type { DataFolder } from "../../../../tooling/test-support/src/data-folder.ts";
import plugin from "../../src/plugin.ts";
import type { JsonOptions } from "../../src/plugin.ts";

export { all, fixture } from "../../../../tooling/test-support/src/data-folder.ts";

export interface Hub extends DataFolder<JsonOptions> {
  readonly path: (name: string) => string;
  readonly read: (name: string) => string;
  readonly write: (name: string, content: string | Buffer) => void;
  /** Every file with its bytes, to see that nothing has changed. */
  readonly snapshot: () => ReadonlyMap<string, string>;
}

export function hub(fixtureFolder?: "v1" | "v2"): Hub {
  const data = dataFolder(plugin);
  const { folder } = data;
  if (fixtureFolder !== undefined) cpSync(join(FIXTURES, fixtureFolder), folder, { recursive: true });
  return {
    ...data,
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name), "utf8"),
    write: (name, content) => writeFileSync(join(folder, name), content),
    snapshot: () =>
      new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")])),
  };
}

/** A record as a Python hub writes it. */
export function recordText(id: number, accessKey: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    client_id: id,
    api_key: accessKey,
    name: `c${id}`,
    description: "",
    is_admin: false,
    last_seen: -1,
    allowed_types: ["recognizer_loop:utterance"],
    crypto_key: null,
    password: null,
    can_broadcast: true,
    can_escalate: true,
    can_propagate: true,
    metadata: {},
    ...more,
  });
}
