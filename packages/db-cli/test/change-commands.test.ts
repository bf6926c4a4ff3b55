import { describe, expect, it } from "vitest";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";

describe("a change", () => {
  it("is told, and told again that it is so already", async () => {
    const hub = hubWithClients("v2");
    const allow = ["allow-msg", "speak:now", "4"];
    expect(await runCli(hub, allow)).toEqual({
      code: 0,
      stdout: "",
      stderr: "Client 4 (guest tablet) may send speak:now now.\n",
    });
    const after = hub.snapshot();
    expect(await runCli(hub, allow)).toEqual({
      code: 0,
      stdout: "",
      stderr: "Client 4 (guest tablet) already may send speak:now.\n",
    });
    expect(hub.snapshot()).toEqual(after);
  });

  it("leaves every other byte of the store", async () => {
    const hub = hubWithClients("v2");
    const before = hub.records();
    await runCli(hub, ["make-admin", "4"]);
    expect(hub.records()).toEqual({ ...before, "4": { ...before["4"], is_admin: true } });
  });

  it("is refused for a revoked client", async () => {
    const hub = hubWithClients("v2");
    const before = hub.records();
    const outcome = await runCli(hub, ["make-admin", "7", "--json"]);
    expect(outcome).toMatchObject({ code: 3, stdout: "" });
    expect(errorOf(outcome)).toMatchObject({ code: "no-such-client", clientIds: [7] });
    expect(hub.records()).toEqual(before);
  });

  it("shows what is odd in its words escaped", async () => {
    const { stderr } = await runCli(hubWithClients("v2"), ["allow-msg", "a\u001B[31m\u202E", "4"]);
    expect(stderr).toBe(String.raw`Client 4 (guest tablet) may send a\x1b[31m\u202e now.` + "\n");
  });
});

describe("a client's name", () => {
  it("stands for its id", async () => {
    expect(await runJson(hubWithClients("v2"), ["show-client", "guest tablet"])).toMatchObject({ id: 4 });
  });

  it("that several have is refused, and the ids are named", async () => {
    const hub = new Hub();
    for (const key of ["one", "two"])
      await runCli(hub, ["add-client", "--name", "twin", "--access-key", key]);
    const before = hub.snapshot();
    const outcome = await runCli(hub, ["delete-client", "twin", "--json"]);
    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({ code: "ambiguous", clientIds: [1, 2] });
    expect(hub.snapshot()).toEqual(before);
  });

  it("that is misspelt suggests the nearest", async () => {
    const { code, stderr } = await runCli(hubWithClients("v2"), ["show-client", "gest tablet"]);
    expect(code).toBe(3);
    expect(stderr).toBe("hivemind-db: no client has that name\n(Did you mean guest tablet, client 4?)\n");
  });

  it("that nobody has anything like is not repeated", async () => {
    const { code, stderr } = await runCli(hubWithClients("v2"), ["show-client", "42caf3d2405075fb"]);
    expect(code).toBe(3);
    expect(stderr).toBe("hivemind-db: no client has that name: see `hivemind-db list-clients`\n");
  });
});

describe("set-metadata", () => {
  it.each([
    [["--key", "floor", "--value", "2"], { a: 1, floor: 2 }],
    [["--key", "floor", "--value", "second"], { a: 1, floor: "second" }],
    [["--metadata", '{"a": null, "b": [true]}'], { a: null, b: [true] }],
    [["--metadata", '{"b": 2}', "--replace"], { b: 2 }],
    [["--metadata", '{"b": 2}', "--unset", "a"], { b: 2 }],
  ])("%j", async (args, metadata) => {
    const hub = new Hub();
    await runCli(hub, ["add-client", "--metadata", '{"a": 1}']);
    expect(await runJson(hub, ["set-metadata", "1", ...args])).toMatchObject({ changed: true });
    expect((await runJson<{ metadata: unknown }>(hub, ["show-client", "1"])).metadata).toEqual(metadata);
  });

  it.each([[[]], [["--key", "a"]], [["--value", "1"]], [["--replace"]], [["--metadata", "[]"]]])(
    "refuses %j",
    async (args) => {
      const { code } = await runCli(hubWithClients("v2"), ["set-metadata", "1", ...args]);
      expect(code).toBe(2);
    },
  );

  it("says which keys it has set and removed, and not what they hold", async () => {
    const hub = new Hub();
    await runCli(hub, ["add-client", "--name", "hall", "--metadata", '{"a": 1, "b": 2}']);
    const args = ["set-metadata", "1", "--key", "token", "--value", "hush", "--unset", "a"];
    expect((await runCli(hub, args)).stderr).toBe(
      "Client 1 (hall) has other metadata now: set token; removed a.\n",
    );
  });

  it("changes nothing where it is so already", async () => {
    const hub = new Hub();
    await runCli(hub, ["add-client", "--metadata", '{"a": 1}']);
    const before = hub.snapshot();
    expect(await runJson(hub, ["set-metadata", "1", "--metadata", '{"a": 1}'])).toMatchObject({
      changed: false,
    });
    expect(hub.snapshot()).toEqual(before);
  });
});

describe("rename-client", () => {
  it("says both names", async () => {
    const { stderr } = await runCli(hubWithClients("v2"), ["rename-client", "4", "--name", "bath\n"]);
    expect(stderr).toBe(String.raw`Client 4 is named bath\n now (was guest tablet).` + "\n");
  });

  it("needs the new name", async () => {
    const { code } = await runCli(hubWithClients("v2"), ["rename-client", "4"]);
    expect(code).toBe(2);
  });
});
