/** Each command once, as a process, on one backend: what a script sees of it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMMAND_FILES } from "../../src/commands/all-commands.ts";
import { CERTIFICATE, FINGERPRINT } from "./certificate.ts";
import { Hub } from "./hub.ts";
import { runCli } from "./run-cli.ts";
import type { RunOptions } from "./run-cli.ts";

export interface BackendUnderTest {
  /** As `init --backend` takes it. */
  readonly name: string;
  readonly options: readonly string[];
}

/** A command line, and what `--json` shows of it in this order. `code`: 0 unless said otherwise. */
interface Step extends RunOptions {
  readonly args: readonly string[];
  readonly shows: unknown;
  readonly code?: number;
  /** From here on the config names a seal key. */
  readonly sealed?: true;
}

const KEY = "the access key of the kitchen";
const SEAL = { SEAL_KEY: "5b".repeat(32) };
const HEX_128: unknown = expect.stringMatching(/^[\da-f]{32}$/);
const PASSWORD = "three long words and a number 47";

/** Data movement has tests of its own, of every pair of backends, and convert is for a Redis cluster. */
const ELSEWHERE = new Set(["migrate-db", "import-clients", "export-clients", "backup", "restore", "convert"]);

const STEPS: readonly Step[] = [
  {
    args: ["add-client", "--name", "kitchen", "--allow", "speak", "--password-stdin"],
    input: PASSWORD,
    env: { HIVEMIND_CLIENT_ACCESS_KEY: KEY },
    shows: { id: 1, name: "kitchen", secrets: { accessKey: KEY, password: PASSWORD, cryptoKey: null } },
  },
  { args: ["add-client", "--name", "bath"], shows: { id: 2, allowedTypes: [] } },
  { args: ["list-clients"], shows: [{ id: 1 }, { id: 2 }] },
  { args: ["show-client", "kitchen", "--show-secrets"], shows: { id: 1, secrets: { password: PASSWORD } } },
  { args: ["rename-client", "bath", "--name", "bad"], shows: { id: 2, name: "bad", changed: true } },
  {
    args: ["allow-msg", "recognizer_loop:utterance", "kitchen"],
    shows: { allowedTypes: ["speak", "recognizer_loop:utterance"], changed: true },
  },
  {
    args: ["blacklist-msg", "speak", "1"],
    shows: { allowedTypes: ["recognizer_loop:utterance"], changed: true },
  },
  { args: ["blacklist-skill", "camera", "1"], shows: { skillBlacklist: ["camera"], changed: true } },
  { args: ["allow-skill", "camera", "1"], shows: { skillBlacklist: [], changed: true } },
  { args: ["blacklist-intent", "photo", "1"], shows: { intentBlacklist: ["photo"], changed: true } },
  { args: ["allow-intent", "photo", "1"], shows: { intentBlacklist: [], changed: true } },
  { args: ["make-admin", "1"], shows: { isAdmin: true, changed: true } },
  { args: ["revoke-admin", "1"], shows: { isAdmin: false, changed: true } },
  { args: ["blacklist-escalate", "1"], shows: { canEscalate: false, changed: true } },
  { args: ["allow-escalate", "1"], shows: { canEscalate: true, changed: true } },
  { args: ["blacklist-propagate", "1"], shows: { canPropagate: false, changed: true } },
  { args: ["allow-propagate", "1"], shows: { canPropagate: true, changed: true } },
  { args: ["blacklist-broadcast", "1"], shows: { canBroadcast: false, changed: true } },
  { args: ["blacklist-broadcast", "1"], shows: { canBroadcast: false, changed: false } },
  { args: ["allow-broadcast", "1"], shows: { canBroadcast: true, changed: true } },
  {
    args: ["set-metadata", "1", "--key", "site_id", "--value", "1234567890123456"],
    shows: { metadata: { site_id: 1_234_567_890_123_456 }, changed: true },
  },
  {
    args: ["check-access", "-", "recognizer_loop:utterance"],
    input: `${KEY}\n`,
    shows: { allowed: true, reason: null, clientIds: [1], client: { id: 1 } },
  },
  {
    args: ["policy", "test", KEY, "speak"],
    code: 7,
    shows: { allowed: false, reason: "type-not-allowed", permission: { do: "send", messageType: "speak" } },
  },
  { args: ["policy", "list"], shows: { policy: null } },
  {
    args: ["add-certificate", "-", "1"],
    input: CERTIFICATE,
    shows: { id: 1, certificate: { fingerprint: FINGERPRINT, subject: "CN=kitchen" }, changed: true },
  },
  { args: ["list-certificates", "1"], shows: [{ fingerprint: FINGERPRINT }] },
  {
    args: ["check-access", "--certificate", "-", "recognizer_loop:utterance"],
    input: CERTIFICATE,
    shows: { allowed: true, client: { id: 1 } },
  },
  { args: ["remove-certificate", FINGERPRINT, "1"], shows: { id: 1, changed: true } },
  { args: ["pin-key", "noise-static", "1", "--hex", "00ff"], shows: { kind: "noise-static", changed: true } },
  { args: ["pinned-keys", "1"], shows: [{ kind: "noise-static", publicKey: "00ff" }] },
  { args: ["clear-pinned-key", "noise-static", "1"], shows: { changed: true } },
  { args: ["rotate-key", "1"], shows: { id: 1, changed: true, secrets: { accessKey: expect.any(String) } } },
  { args: ["check-access", KEY], code: 7, shows: { allowed: false, reason: "unknown-key", client: null } },
  {
    args: ["rotate-password", "1"],
    shows: { id: 1, changed: true, secrets: { password: expect.any(String) } },
  },
  {
    args: ["rekey"],
    sealed: true,
    shows: { changed: true, clients: 2, unreadable: [] },
  },
  { args: ["rekey"], shows: { changed: false, clients: 0 } },
  { args: ["show-client", "2", "--show-secrets"], shows: { secrets: { password: HEX_128 } } },
  { args: ["delete-client", "1"], shows: { id: 1, revoked: true, changed: true } },
  { args: ["delete-client", "1"], shows: { id: 1, revoked: true, changed: false } },
  { args: ["migrate"], shows: { changed: false, report: null } },
  { args: ["print-config"], shows: { exists: true } },
  { args: ["plugins"], shows: expect.arrayContaining([expect.objectContaining({ problem: null })]) },
  { args: ["health"], shows: { ok: true, code: null, schema: 2 } },
  { args: ["doctor"], shows: { ok: true } },
];

function configureSeal(hub: Hub): void {
  const config = JSON.parse(readFileSync(hub.configFile, "utf8")) as { database: object };
  hub.withConfig({ ...config, database: { ...config.database, seal: { key_env: "SEAL_KEY" } } });
}

/** `Each command works`, on this backend. */
export function everyCommandWorks(backend: () => BackendUnderTest): void {
  it("every command works", { timeout: 240_000 }, async () => {
    const { name, options } = backend();
    const hub = new Hub().withoutConfig();
    const init = ["init", "--backend", name, ...options.flatMap((option) => ["--option", option])];
    const first: Step = { args: init, shows: { changed: true, store: { created: true } } };
    let keys: NodeJS.ProcessEnv = {};
    for (const { args, shows, code = 0, sealed, input = "", env } of [first, ...STEPS]) {
      if (sealed === true) {
        configureSeal(hub);
        keys = SEAL;
      }
      const outcome = await runCli(hub, [...args, "--json"], { input, env: { ...keys, ...env } });
      if (outcome.code !== code)
        throw new Error(`${args.join(" ")} ended with ${outcome.code}: ${outcome.stderr}`);
      expect({ args, shows: JSON.parse(outcome.stdout) as unknown }).toMatchObject({ args, shows });
    }
  });

  it("and none is forgotten", () => {
    const tested = [["init"], ...STEPS.map(({ args }) => args)].map((args) => args.join(" "));
    const missing = COMMAND_FILES.flatMap(({ names }) => names).filter(
      (name) => !ELSEWHERE.has(name) && !tested.some((args) => `${args} `.startsWith(`${name} `)),
    );
    expect(missing).toEqual([]);
  });
}
