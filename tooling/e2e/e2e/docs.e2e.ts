import assert from "node:assert/strict";
import { inject, test } from "vitest";
import { readDocuments } from "../../docs/src/documents.ts";
import { commandsOf, isInstall } from "../../docs/src/install-lines.ts";
import { attempt } from "../src/user/command.ts";
import { Machine } from "../src/user/machine.ts";

const installs = readDocuments()
  .flatMap(({ blocks }) => blocks)
  .filter(({ language, notRun }) => language === "sh" && notRun === undefined)
  .map((block) => ({ place: block.place, lines: commandsOf(block).filter(isInstall) }))
  .filter(({ lines }) => lines.length > 0);

test.each(installs)("$place installs", async ({ lines }) => {
  const machine = await Machine.at(inject("folder"), inject("registryUrl"));
  const folder = await machine.emptyFolder("docs");

  // `--global` into a folder of this test.
  const place = machine.in(folder, { npm_config_prefix: folder });
  const { code, stdout, stderr } = await attempt(["bash", "-euc", lines.join("\n")], place);

  assert.equal(code, 0, stdout + stderr);
});
