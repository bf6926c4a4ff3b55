import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";
import { BACKSPACE, CTRL_C, DOWN, ENTER, onTerminal } from "./support/terminal.ts";
import type { Answer } from "./support/terminal.ts";

describe.runIf(process.platform === "linux")("without a client, on a terminal", () => {
  it("a list is shown, which typing narrows down", async () => {
    const hub = hubWithClients("v2");
    const { code, text } = await onTerminal(hub, "make-admin", [
      { to: "Which client?", type: "kitchen-sat" },
      { to: "kitchen-sat", type: ENTER },
    ]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain("Client 1 (kitchen-satellite) is an admin now.");
    expect(hub.records()["1"]).toMatchObject({ is_admin: true });
  });

  it("Ctrl-C changes nothing", async () => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const { code, text } = await onTerminal(hub, "delete-client", [{ to: "Which client?", type: CTRL_C }]);
    expect({ code, text }).toMatchObject({ code: 2 });
    expect(text).toContain("nothing was changed");
    expect(hub.snapshot()).toEqual(before);
  });

  it("a name that would act on the terminal is escaped", async () => {
    const hub = new Hub();
    await runCli(hub, ["add-client", "--name", "evil\u001B[2J\u202E"]);
    const { text } = await onTerminal(hub, "show-client", [
      { to: String.raw`evil\x1b[2J\u202e`, type: CTRL_C },
    ]);
    expect(text).toContain("nothing was changed");
  });
});

describe.runIf(process.platform === "linux")("export-clients on a terminal", () => {
  it("shows what would act on it escaped", async () => {
    const hub = new Hub();
    await runCli(hub, ["add-client", "--name", "evil\u001B[2J\u202E"]);
    const { code, text } = await onTerminal(hub, "export-clients");
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain(String.raw`evil\x1b[2J\u202e`);
  });
});

describe("without a client and without a terminal", () => {
  it.each([["show-client"], ["allow-msg", "speak"], ["rotate-key"], ["make-admin", "--json"]])(
    "%s %s says what to do",
    async (...args) => {
      const hub = hubWithClients("v2");
      const before = hub.snapshot();
      const { code, stderr } = await runCli(hub, args);
      expect(code).toBe(2);
      expect(stderr).toContain("which client? Give its id or its name");
      expect(hub.snapshot()).toEqual(before);
    },
  );
});

/** To the questions about a store of SQLite. */
function aboutFile(name: string, encrypt: string): readonly Answer[] {
  return [
    { to: "redis:", type: `${DOWN}${ENTER}` },
    { to: "Name of the store", type: `${name}${ENTER}` },
    { to: "Encrypt the store", type: encrypt },
  ];
}

describe.runIf(process.platform === "linux")("init on a terminal", () => {
  it("lists the backends with a line each, and writes the one that is chosen", async () => {
    const hub = new Hub().withoutConfig();
    const { code, text } = await onTerminal(hub, "init", aboutFile("", ENTER));
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain("json: one readable file");
    expect(text).toContain("sqlite: one file, several processes");
    expect(text).toMatch(/redis: a server.*\(installed, \d/);
    expect(JSON.parse(readFileSync(hub.configFile, "utf8"))).toMatchObject({
      database: { module: "hivemind-sqlite-db-plugin" },
    });
  });

  it("asks what a Redis server needs, and writes no more than that", async () => {
    const server = await startRedis({ requirepass: "the-password-of-the-server" });
    onTestFinished(() => server.stop());
    const hub = new Hub().withoutConfig();
    const password = join(hub.home, "redis-password");
    writeFileSync(password, "the-password-of-the-server\n", { mode: 0o600 });

    const { code, text } = await onTerminal(hub, "init", [
      { to: "redis:", type: `${DOWN}${DOWN}${ENTER}` },
      { to: "Host of the Redis server", type: ENTER },
      { to: "Its port", type: `70000${ENTER}` },
      { to: "A port from 1 to 65535", type: `${BACKSPACE.repeat(5)}${server.port}${ENTER}` },
      { to: "Does the server speak TLS?", type: ENTER },
      { to: "User name", type: ENTER },
      { to: "ask for a password?", type: `${DOWN}${ENTER}` },
      { to: "Path of the file", type: `redis-password${ENTER}` },
    ]);

    expect({ code, text }).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(hub.configFile, "utf8"))).toEqual({
      database: {
        module: "hivemind-redis-db-plugin",
        "hivemind-redis-db-plugin": { port: server.port, password_file: password },
      },
    });
    expect(await runJson(hub, ["health"])).toMatchObject({ ok: true });
  });

  it("asks for the name of a file and how it is encrypted, and again with what the config says now", async () => {
    const hub = new Hub().withoutConfig();
    const env = { STORE_PASSWORD: "a password of the store" };
    const first = await onTerminal(
      hub,
      "init",
      [
        ...aboutFile("satellites", `${DOWN}${DOWN}${ENTER}`),
        { to: "Name of the variable", type: `STORE_PASSWORD${ENTER}` },
      ],
      env,
    );
    const block = { name: "satellites", password_env: "STORE_PASSWORD" };
    expect(first).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(hub.configFile, "utf8"))).toEqual({
      database: { module: "hivemind-sqlite-db-plugin", "hivemind-sqlite-db-plugin": block },
    });

    const again = await onTerminal(hub, "init", aboutFile("", ENTER), env);
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining("already names") });
  });

  it("asks before another backend's clients are left behind, and no is the default", async () => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const { code, text } = await onTerminal(hub, "init --backend sqlite", [{ to: "Go on?", type: ENTER }]);
    expect({ code, text }).toMatchObject({ code: 2 });
    expect(hub.snapshot()).toEqual(before);
  });
});

describe.runIf(process.platform === "linux")("rotate-password --ask", () => {
  const PASSWORD = "three long words and a number 47";

  it("takes what is typed twice, and does not show it", async () => {
    const hub = hubWithClients("v2");
    const { code, text } = await onTerminal(hub, "rotate-password 1 --ask", [
      { to: "New password", type: PASSWORD + ENTER },
      { to: "The same again", type: PASSWORD + ENTER },
    ]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).not.toContain(PASSWORD);
    expect(await runJson(hub, ["show-client", "1", "--show-secrets"])).toMatchObject({
      secrets: { password: PASSWORD },
    });
  });

  it("refuses two that differ", async () => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const { code, text } = await onTerminal(hub, "rotate-password 1 --ask", [
      { to: "New password", type: PASSWORD + ENTER },
      { to: "The same again", type: `${PASSWORD}!${ENTER}` },
    ]);
    expect({ code, text }).toMatchObject({ code: 2 });
    expect(hub.snapshot()).toEqual(before);
  });
});
