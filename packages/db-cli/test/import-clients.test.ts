import { writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { clientsText, contentOf } from "./support/many-clients.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";
import { configFor, MODULES } from "./support/stores.ts";

const FIXTURES = fileURLToPath(new URL("../../../tooling/fixtures/", import.meta.url));
const HEADER = "client_id,name,is_admin,access_key,password,crypto_key\n";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

interface Import {
  readonly clients: Readonly<Record<string, number>>;
}

function write(hub: Hub, name: string, text: string): string {
  const path = join(hub.home, name);
  writeFileSync(path, text);
  return path;
}

describe("import-clients of the store of a Python hub", () => {
  it.each([
    ["v2/clients.json", "json", "json", {}],
    ["v1/clients-encrypted.ejson", "json", "sqlite", { HIVEMIND_STORE_PASSWORD: "sixteen-byte-key" }],
    ["v2/clients.db", "sqlite", "redis", {}],
  ] as const)("adds all of %s, which is of %s, to a store of %s, once", async (file, from, to, env) => {
    const hub = new Hub();
    const target = configFor(hub, to, "imported", redis.port);
    const source = hubWithClients(file.startsWith("v1") ? "v1" : "v2");
    source.withOptions({ name: basename(file, extname(file)), ...passwordOf(env) }, MODULES[from]);
    const before = source.snapshot();
    const args = ["import-clients", join(source.dataFolder, basename(file)), "--config", target];

    const first = await runJson<Import>(hub, args, { env });
    const second = await runJson<Import>(hub, args, { env });

    const { clients } = await contentOf(source);
    expect(first.clients).toMatchObject({ added: clients.length });
    expect(second.clients).toMatchObject({ added: 0, unchanged: clients.length });
    expect((await contentOf(hub, target)).clients).toEqual(clients);
    expect(source.snapshot()).toEqual(before);
  });

  it("asks for the password of an encrypted one, and takes it from a file", async () => {
    const hub = new Hub();
    const path = join(FIXTURES, "v2/clients-encrypted.ejson");
    const password = write(hub, "password", "sixteen-byte-key\n");

    const refused = await runCli(hub, ["import-clients", path, "--json"]);
    const done = await runCli(hub, ["import-clients", path, "--password-file", password, "--dry-run"]);

    expect(refused.code).toBe(5);
    expect(errorOf(refused)).toMatchObject({ code: "no-key" });
    expect(errorOf(refused).message).toContain("--password-file");
    expect(done.code).toBe(0);
  });
});

describe("import-clients of CSV", () => {
  it("reads what Python hubs export, which is not quoted", async () => {
    const hub = new Hub();
    const text = `${HEADER}1,kitchen,False,key-1,secret,None\n7,the "big" one,True,key-7,None,0123456789abcdef\n`;

    const outcome = await runCli(hub, ["import-clients", write(hub, "clients.csv", text)]);

    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("Made a new store at");
    expect((await contentOf(hub)).clients).toMatchObject([
      {
        client: { id: 1, name: "kitchen", isAdmin: false },
        secrets: { password: "secret", cryptoKey: null },
      },
      {
        client: { id: 7, name: 'the "big" one', isAdmin: true },
        secrets: { accessKey: "key-7", password: null },
      },
    ]);
  });

  it("gives clients without an id the next one, and leaves alone what the file does not say", async () => {
    const hub = new Hub().withText("clients.json", clientsText(3)).withText("clients.schema_version", "2");
    const before = await contentOf(hub);
    const text =
      "\uFEFFName;Access_Key;Allowed_Types\r\nnew;key-new;speak ping\r\nold;key-2-clé;speak type:2\r\n";
    const file = write(hub, "sheet.csv", text);

    const refused = await runCli(hub, ["import-clients", file, "--json"]);
    const skipped = await runJson<Import>(hub, ["import-clients", file, "--on-conflict", "skip"]);
    const replaced = await runJson<Import>(hub, ["import-clients", file, "--on-conflict", "replace"]);

    expect(errorOf(refused).message).toContain("line 3 differs from client 2 in name");
    expect(skipped.clients).toMatchObject({ added: 1, skipped: 1 });
    expect(replaced.clients).toMatchObject({ added: 0, unchanged: 1, replaced: 1 });
    const after = await contentOf(hub);
    expect(after.clients[3]).toMatchObject({
      client: { id: 4, name: "new", allowedTypes: ["speak", "ping"] },
    });
    expect(after.clients[1]).toEqual({
      ...before.clients[1],
      client: { ...before.clients[1]?.client, name: "old" },
    });
  });

  it("says of each line what is wrong with it, without values, before it writes anything", async () => {
    const hub = new Hub();
    const lines = [
      "1,good,False,key-1,,",
      "2,comma, in the name,False,secret-2,,",
      "x,no id,False,secret-3,,",
      "4,not a flag,secret-4,secret-4,,",
      "5,no key,False,,,",
      "6,short crypto key,False,secret-6,,secret-6",
      "1,same id,False,secret-7,,",
      "8,same key,False,key-1,,",
      ",id is missing,False,secret-9,,",
    ];
    const before = hub.snapshot();

    const outcome = await runCli(hub, [
      "import-clients",
      write(hub, "clients.csv", HEADER + lines.join("\n")),
    ]);

    expect(outcome.code).toBe(2);
    for (const message of [
      "line 3: it has 7 values, and the first line names 6",
      "line 4: client_id",
      "line 5: is_admin",
      "line 6: it has no access key",
      "line 7: cryptoKey",
      "line 8: client id 1 is there twice",
      "line 9: it has the same access key as line 2",
      "line 10: either all clients have an id, or none",
    ])
      expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toContain("secret-");
    expect([...hub.snapshot()].filter(([path]) => !path.endsWith(".csv"))).toEqual([...before]);
  });

  it.each([
    ["a quote that does not end", `${HEADER}1,"open,False,key,,\n`, "a quoted value that does not end"],
    ["no access keys", "name,password\na,b\n", "must name the columns"],
    ["nothing in it", "", "is empty"],
  ])("refuses a file with %s", async (_case, text, message) => {
    const hub = new Hub();

    const outcome = await runCli(hub, ["import-clients", write(hub, "clients.csv", text)]);

    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain(message);
  });
});

describe("import-clients", () => {
  it("merges a backup into a store that holds others", async () => {
    const hub = new Hub().withText("clients.json", clientsText(3)).withText("clients.schema_version", "2");
    await runJson(hub, ["backup", "all.ndjson"]);
    hub.withText("clients.json", clientsText(5));

    const { clients } = await runJson<Import>(hub, ["import-clients", "all.ndjson"]);

    expect(clients).toMatchObject({ added: 0, unchanged: 3 });
  });

  it("refuses JSON without secrets, and what is no file of clients", async () => {
    const hub = new Hub();
    const json = write(hub, "list.json", '[\n{"id":1,"name":"a"},\n{"id":2,"hunter2":1}\n]');

    const refused = await runCli(hub, ["import-clients", json]);
    const other = await runCli(hub, ["import-clients", write(hub, "notes.txt", "hello")]);
    const absent = await runCli(hub, ["import-clients", "absent.csv"]);

    expect([refused.code, other.code, absent.code]).toEqual([2, 2, 2]);
    expect(refused.stderr).toContain("line 2: it has no access key. Was it exported without --show-secrets?");
    expect(refused.stderr).toContain("line 3: it has 1 fields that a client has not");
    expect(refused.stderr).not.toContain("hunter2");
    expect(other.stderr).toContain("is none of what can be imported");
    expect(absent.stderr).toContain("there is no file");
  });
});

function passwordOf(env: { readonly HIVEMIND_STORE_PASSWORD?: string }): { readonly password?: string } {
  const { HIVEMIND_STORE_PASSWORD: password } = env;
  return password === undefined ? {} : { password };
}
