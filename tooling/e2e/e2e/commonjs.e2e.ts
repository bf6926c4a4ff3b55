import assert from "node:assert/strict";
import { beforeAll, inject, test } from "vitest";
import { Machine } from "../src/user/machine.ts";
import { Project } from "../src/user/project.ts";

let project: Project;

beforeAll(async () => {
  const machine = await Machine.at(inject("folder"), inject("registryUrl"));
  project = await Project.empty(machine, "pnpm");
  await project.install(
    ...["@hivemind/db-core", "@hivemind/db-json"].map((name) => `${name}@${inject("versions")[name]}`),
  );
  await project.configure("@hivemind/db-json");
});

test.each([
  ["require", `main(require("@hivemind/db-core"));`],
  ["await import", `import("@hivemind/db-core").then(main);`],
])("a CommonJS program uses %s", async (_way, load) => {
  const program = `
    async function main({ openDatabase, readConfig }) {
      const db = await openDatabase(await readConfig(), { from: __dirname, create: true });
      const { client } = await db.addClient({ name: "from CommonJS" });
      console.log((await db.getClient(client.id)).name);
      await db.close();
    }
    ${load}`;
  await project.write("program.cjs", program);

  const { code, stdout, stderr } = await project.node("program.cjs");

  assert.equal(stdout, "from CommonJS\n", stderr);
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
