// `npm start`: the main job for real, as separate processes in a temporary HOME. Every step is checked.
import assert from "node:assert/strict";
import { DemoHome } from "./demo-home.ts";
import { maskedDiff, maskShown } from "./masked-diff.ts";
import { RunningNode, runCli } from "./processes.ts";

const TYPES = ["recognizer_loop:utterance", "speak"];
const UNKNOWN_KEY = "0123456789abcdef0123456789abcdef";

const home = new DemoHome();
const before = home.clients();

heading("1. A Python hub has left its clients in a temporary HOME: clients.json, schema 1");
await hivemindDb("list-clients", "--all");
assert.equal(home.clients(), before, "listing must not change the file");
assert.equal((await listed()).length, 10);

heading("2. Add a satellite that may send two types of message");
const added = await hivemindDb(
  "add-client",
  "--name",
  "garden-satellite",
  ...TYPES.flatMap((type) => ["--allow", type]),
);
const accessKey =
  /^access key +([0-9a-f]{32})$/m.exec(added)?.[1] ?? assert.fail("add-client showed no access key");
const { id } = (await listed()).at(-1) ?? assert.fail("the client is not in the list");
assert.equal(id, 1001);

heading("3. Nothing runs any more, all is in the file. A node starts, and the satellite connects");
const node = new RunningNode(home.env);
const welcome = await connect(node, "the satellite's key", accessKey);
const rights = [...TYPES.map((type) => `may send ${type}`), "may not send system.reboot (type-not-allowed)"];
assert.equal(welcome, `welcome, client ${id} garden-satellite: ${rights.join(", ")}`);

heading("4. Somebody tries a key that the hub never gave out");
assert.equal(await connect(node, "an unknown key", UNKNOWN_KEY), "denied: unknown-key");

heading("5. Revoke the satellite, while the node runs");
await hivemindDb("delete-client", String(id));
assert.equal(await connect(node, "the satellite's key", accessKey), "denied: unknown-key");
assert.equal(await node.stop(), 0, "the node must end well");

heading("6. The node starts again: revoked stays revoked, the old clients are known");
const restarted = new RunningNode(home.env);
assert.equal(await connect(restarted, "the satellite's key", accessKey), "denied: unknown-key");
assert.match(
  await connect(restarted, "the guest tablet's key", "guest-key"),
  /^welcome, client 4 guest tablet: /,
);
assert.equal(await restarted.stop(), 0, "the node must end well");

heading(`7. What has changed in clients.json, secrets masked`);
const after = home.clients();
const diff = maskedDiff("clients.json", before, after);
for (const secret of [accessKey, "guest-key"])
  assert.ok(!diff.includes(secret), "the diff must not show a secret");
assert.ok(after.includes("9007199254740993"), "a number beyond 2^53 must stay as it was");
process.stdout.write(`${diff}\n`);
process.stdout.write(`\nIn the folder now: ${home.files().join(", ")}\n`);
process.stdout.write("\nEvery step went as it should. The temporary HOME is removed.\n");

async function hivemindDb(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, home.env);
  process.stdout.write(`$ hivemind-db ${args.join(" ")}\n${maskShown(stdout)}${stderr}`);
  assert.equal(code, 0, `hivemind-db ${args[0]} ended with exit code ${code}`);
  return stdout;
}

async function listed(): Promise<readonly { id: number }[]> {
  const { stdout } = await runCli(["list-clients", "--json"], home.env);
  return JSON.parse(stdout);
}

async function connect(to: RunningNode, who: string, key: string): Promise<string> {
  const answer = await to.ask(key);
  process.stdout.write(`node ${to.pid} <- ${who}\nnode ${to.pid} -> ${answer}\n`);
  return answer;
}

function heading(text: string): void {
  process.stdout.write(`\n${text}\n\n`);
}
