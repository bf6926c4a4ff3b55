import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Hub, hubWithClients } from "./support/hub.ts";
import { runCli, runJson } from "./support/run-cli.ts";
import { CTRL_C, DOWN, ENTER, onTerminal } from "./support/terminal.ts";

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

describe.runIf(process.platform === "linux")("init on a terminal", () => {
  it("lists the backends with a line each, and writes the one that is chosen", async () => {
    const hub = new Hub().withoutConfig();
    const { code, text } = await onTerminal(hub, "init", [{ to: "redis:", type: `${DOWN}${ENTER}` }]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain("json: one readable file");
    expect(text).toContain("sqlite: one file, several processes");
    expect(text).toMatch(/redis: a server.*\(installed, \d/);
    expect(JSON.parse(readFileSync(hub.configFile, "utf8"))).toMatchObject({
      database: { module: "hivemind-sqlite-db-plugin" },
    });
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
