import { describe, expect, it } from "vitest";
import { hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";
import { onTerminal } from "./support/terminal.ts";

describe("migrate", () => {
  it("changes nothing unless somebody says that the old hubs are off", async () => {
    const hub = hubWithClients("v1");
    const before = hub.snapshot();

    const outcome = await runCli(hub, ["migrate", "--json"]);

    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({
      code: "usage",
      message: expect.stringContaining("--yes") as string,
    });
    expect(hub.snapshot()).toEqual(before);
  });

  it("upgrades, and says whom it concerns", async () => {
    const hub = hubWithClients("v1");

    const first = await runCli(hub, ["migrate", "--yes"]);
    const second = await runCli(hub, ["migrate", "--yes"]);

    expect(first).toMatchObject({ code: 0, stdout: "" });
    expect(first.stderr).toContain("Upgraded the store from schema 1 to 2.");
    expect(first.stderr).toContain("Had a message_blacklist, which was dropped: client 4.");
    expect(second).toMatchObject({ code: 0, stderr: "The store has schema 2 already.\n" });
  });

  it("gives scripts the report", async () => {
    const hub = hubWithClients("v1");

    expect(await runJson(hub, ["migrate", "--yes"])).toMatchObject({
      changed: true,
      report: { from: 1, to: 2, droppedMessageBlacklist: [4], emptyAllowedTypes: [] },
    });
    expect(await runJson(hub, ["migrate"])).toEqual({ changed: false, report: null });
  });
});

describe.runIf(process.platform === "linux")("migrate on a terminal", () => {
  it.each([
    ["n", false],
    ["y", true],
  ])("asks, and hears %s", async (answer, isUpgraded) => {
    const hub = hubWithClients("v1");

    const { text } = await onTerminal(hub, "migrate", [{ to: "Are they all off?", type: answer }]);

    expect(text).toContain("Every hub of schema 1 on this store must be off");
    expect((await runJson<{ changed: boolean }>(hub, ["migrate", "--yes"])).changed).toBe(!isUpgraded);
  });
});
