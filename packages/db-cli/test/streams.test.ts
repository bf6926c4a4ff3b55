import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { Hub, hubWithClients } from "./support/hub.ts";
import { MAIN, runCli } from "./support/run-cli.ts";

const RED_OR_BOLD = "\u001B[";

describe("a closed pipe", () => {
  it.each([["list-clients"], ["list-clients", "--json"], ["show-client", "1"], ["--help"]])(
    "is no error of %s %s",
    async (...args) => {
      const hub = hubWithClients("v1");
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: hub.env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      // Closed before the command can have started.
      child.stdout.destroy();
      const closed = once(child, "close");
      expect(await text(child.stderr)).toBe("");
      expect(await closed).toEqual([0, null]);
    },
  );

  it("ends a long list", async () => {
    const hub = new Hub().withText("clients.json", manyClients(20_000));
    const child = spawn(process.execPath, [MAIN, "list-clients", "--json"], { env: hub.env });
    const [first] = (await once(child.stdout, "data")) as [Buffer];
    expect(first.toString()).toMatch(/^\[\n\{"id":1,/);
    child.stdout.destroy();
    const closed = once(child, "close");
    expect(await text(child.stderr)).toBe("");
    expect(await closed).toEqual([0, null]);
  });

  it("does not undo what was done", async () => {
    const hub = hubWithClients("v1");
    const child = spawn(process.execPath, [MAIN, "delete-client", "4", "--json"], { env: hub.env });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(hub.records()["4"]).toMatchObject({ api_key: "revoked" });
  });
});

describe.runIf(process.platform === "linux")("stdout on a full disk", () => {
  it("is an error", async () => {
    const hub = hubWithClients("v1");
    const command = `exec "$0" "$1" list-clients > /dev/full`;
    const child = spawn("sh", ["-c", command, process.execPath, MAIN], {
      env: hub.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const closed = once(child, "close");
    expect(await text(child.stderr)).toMatch(/^hivemind-db: cannot write to stdout: ENOSPC/);
    expect(await closed).toEqual([1, null]);
  });
});

describe.runIf(process.platform === "linux")("add-client says that it added, though it cannot show", () => {
  const SENTENCE =
    "Client 1001 was added, but its credentials could not be shown: hivemind-db show-client 1001 --show-secrets";

  it.each([
    ["a closed pipe", 0],
    ["a full disk", 1],
  ] as const)("to people: %s", async (stdout, exitCode) => {
    const hub = hubWithClients("v2");
    const { code, stderr } = await runUnread(hub, ["add-client"], stdout);
    expect(code).toBe(exitCode);
    expect(stderr.split("\n")[0]).toBe(SENTENCE);
    expect(hub.records()).toHaveProperty("1001");
  });

  it.each([
    ["a closed pipe", []],
    ["a full disk", [{ error: expect.objectContaining({ code: "output" }) }]],
  ] as const)("to scripts: %s", async (stdout, more) => {
    const hub = hubWithClients("v2");
    const { stderr } = await runUnread(hub, ["add-client", "--json"], stdout);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { notice: { code: "credentials-not-shown", message: SENTENCE, clientIds: [1001] } },
      ...more,
    ]);
    expect(hub.records()).toHaveProperty("1001");
  });
});

describe("colours", () => {
  it("are not in a pipe", async () => {
    const { stdout } = await runCli(hubWithClients("v1"), ["list-clients", "--all"]);
    const failed = await runCli(hubWithClients("v1"), ["show-client", "77"]);
    expect(stdout + failed.stderr).not.toContain(RED_OR_BOLD);
  });
});

// `script` of util-linux gives the command a terminal.
describe.runIf(process.platform === "linux")("on a terminal", () => {
  it("the table has colours, and fits", async () => {
    const shown = await onTerminal(hubWithClients("v1"), 70, "list-clients --all");
    expect(shown).toContain(RED_OR_BOLD);
    const lines = stripVTControlCharacters(shown).split("\r\n");
    expect(lines.length).toBeGreaterThan(12);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(70);
  });

  it("NO_COLOR is heard", async () => {
    const hub = hubWithClients("v1");
    const shown = await onTerminal(hub, 70, "list-clients --all", { NO_COLOR: "1" });
    expect(shown).toContain("kitchen-satellite");
    expect(shown).not.toContain(RED_OR_BOLD);
  });

  it("a password is not read from the keyboard, which would show it", async () => {
    const shown = await onTerminal(hubWithClients("v1"), 200, "add-client --password-stdin");
    expect(shown).toContain("--password-stdin reads a pipe or a file, not the keyboard");
  });
});

/** `hivemind-db` where nobody reads what it shows: its exit code, and what it leaves on stderr. */
async function runUnread(hub: Hub, args: readonly string[], stdout: "a closed pipe" | "a full disk") {
  const disk = stdout === "a full disk" ? openSync("/dev/full", "w") : undefined;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: hub.env,
    stdio: ["ignore", disk ?? "pipe", "pipe"],
  });
  if (disk !== undefined) closeSync(disk);
  // Closed before the command can have started.
  child.stdout?.destroy();
  const closed = once(child, "close");
  const stderr = child.stderr === null ? "" : await text(child.stderr);
  const [code] = (await closed) as [number | null];
  return { code, stderr };
}

async function onTerminal(
  hub: Hub,
  columns: number,
  args: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const command = `stty cols ${columns}; '${process.execPath}' '${MAIN}' ${args}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...hub.env, TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
  });
  return text(child.stdout);
}

/** More than a pipe holds. */
function manyClients(count: number): string {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  return JSON.stringify(Object.fromEntries(ids.map((id) => [id, { client_id: id, api_key: `key-${id}` }])));
}
