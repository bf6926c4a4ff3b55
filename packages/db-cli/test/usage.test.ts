import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { COMMAND_FILES, loadCommands } from "../src/commands/all-commands.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { errorOf, MAIN, runCli } from "./support/run-cli.ts";
import { runHere } from "./support/run-here.ts";

const COMMANDS = await loadCommands();

it("a file is loaded for the commands that are in it, and for no other", async () => {
  for (const { names, load } of COMMAND_FILES) {
    expect((await load()).map(({ name }) => name)).toEqual(names);
    expect((await loadCommands(names[0]?.split(" ")[0])).length).toBeLessThan(COMMANDS.length / 2);
  }
});

/** A run by what says that it is this version of Node.js. */
function withNode(version: string) {
  const preload = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(preload)}`, MAIN, "--version"];
  return spawnSync(process.execPath, args, { encoding: "utf8" });
}

it("an older Node.js is told from one that will do", () => {
  expect(withNode("20.20.2")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^hivemind-db: this is Node\.js 20\.20\.2, and 22\.14 or newer is needed: [^\n]+\n$/,
    ),
  });
  expect(withNode("22.13.1")).toMatchObject({ status: 1 });
  expect(withNode("22.14.0")).toMatchObject({ status: 0 });
});

describe("usage", () => {
  it.each([
    [
      "a misspelt command",
      ["list-client"],
      "hivemind-db: unknown command 'list-client'\n(Did you mean list-clients?)\n",
    ],
    [
      "a misspelt option",
      ["list-clients", "--al"],
      "hivemind-db: unknown option '--al'\n(Did you mean --all?)\n",
    ],
    ["no command", [], "hivemind-db: which command? See `hivemind-db --help`\n"],
    ["a missing type", ["allow-msg"], "hivemind-db: missing required argument 'type'\n"],
    [
      "a group without its command",
      ["policy"],
      "hivemind-db: which command? See `hivemind-db policy --help`\n",
    ],
    [
      "too many arguments",
      ["show-client", "1", "2"],
      "hivemind-db: too many arguments for show-client: see `hivemind-db show-client --help`\n",
    ],
    [
      "a boolean that is none",
      ["add-client", "--admin", "si"],
      "hivemind-db: --admin takes one of true, 1, yes, on, t, y, false, 0, no, off, f, n\n",
    ],
    [
      "a command that is none",
      ["--config", "x.json", "frobnicate"],
      "hivemind-db: unknown command 'frobnicate': see `hivemind-db --help`\n",
    ],
    [
      "a misspelt command with what no command has",
      ["list_clients"],
      "hivemind-db: unknown command\n(Did you mean list-clients?)\n",
    ],
    [
      "what is in the place of a command after something odd",
      ["--", "hunter"],
      "hivemind-db: unknown command: see `hivemind-db --help`\n",
    ],
  ])("explains %s", async (_, args, stderr) => {
    expect(await runCli(new Hub(), args)).toEqual({ code: 2, stdout: "", stderr });
  });

  it.each([
    ["--json", "list-client"],
    ["list-clients", "--al", "--json"],
  ])("explains in JSON: %s %s", async (...args) => {
    const outcome = await runCli(new Hub(), args);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome)).toMatchObject({
      code: "usage",
      message: expect.stringContaining("Did you mean"),
    });
  });

  it("takes --json before and after the command", async () => {
    const hub = hubWithClients("v1");
    const before = await runCli(hub, ["--json", "list-clients"]);
    expect(before).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\[\n\{"id":1,/) });
    expect(await runCli(hub, ["list-clients", "--json"])).toEqual(before);
  });

  it("takes a value that looks like an option of its own", async () => {
    const { stdout } = await runCli(new Hub(), ["add-client", "--name", "--json"]);
    expect(stdout).toMatch(/^name +--json$/m);
  });
});

describe("help", () => {
  it("lists every command, and the exit codes", async () => {
    const { code, stdout, stderr } = await runCli(new Hub(), ["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // Long summaries are wrapped, and those of a group are in its own help.
    const text = stdout.replaceAll(/\s+/g, " ");
    for (const { name, summary } of COMMANDS.filter((command) => !command.name.includes(" "))) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
      expect(text).toContain(summary);
    }
    expect(stdout).toContain("Exit codes:\n  0  done\n");
  });

  it.each(COMMANDS.map(({ name, examples }) => [name, examples] as const))(
    "has an example for %s",
    async (name, examples) => {
      const { code, stdout } = await runHere(new Hub(), [...name.split(" "), "--help"]);
      expect(code).toBe(0);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(stdout).toContain(`  $ ${example}\n`);
    },
  );

  it("is the same in the other order", async () => {
    const { stdout } = await runCli(new Hub(), ["show-client", "--help"]);
    expect(await runCli(new Hub(), ["help", "show-client"])).toMatchObject({ code: 0, stdout });
  });

  it("prints the version", async () => {
    expect(await runCli(new Hub(), ["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
