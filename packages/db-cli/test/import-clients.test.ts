import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { CERTIFICATE, FINGERPRINT } from "./support/certificate.ts";
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

  it.each(["1.5", "1e308", "0", "9007199254740992"])(
    "refuses the id %s, of a revoked client too",
    async (id) => {
      const hub = new Hub();
      const clients = [`{"id":${id},"secrets":{"accessKey":"a"}}`, `{"id":${id},"revoked":true}`];
      const json = write(hub, "list.json", `[\n${clients.join(",\n")}\n]`);

      const { code, stderr } = await runCli(hub, ["import-clients", json]);

      expect(code).toBe(2);
      expect(stderr).toMatch(/line 2: .*whole number[^]*line 3: .*whole number/);
    },
  );
});

function passwordOf(env: { readonly HIVEMIND_STORE_PASSWORD?: string }): { readonly password?: string } {
  const { HIVEMIND_STORE_PASSWORD: password } = env;
  return password === undefined ? {} : { password };
}

function hubWithKitchen(): Hub {
  const attic = { client_id: 1, api_key: "the key of the attic", name: "attic" };
  const kitchen = { client_id: 2, api_key: "the key of the kitchen", name: "kitchen" };
  return new Hub()
    .withText("clients.json", JSON.stringify({ 1: attic, 2: kitchen }))
    .withText("clients.schema_version", "2");
}

describe("import-clients --new-ids", () => {
  const OTHERS = JSON.stringify([
    { id: 1, name: "hall", secrets: { accessKey: "the key of the hall" } },
    { id: 2, revoked: true },
    { id: 7, name: "kitchen", secrets: { accessKey: "the key of the kitchen" } },
  ]);

  it("gives the clients of another hub ids of their own, once, and leaves its revoked ones out", async () => {
    const hub = hubWithKitchen();
    const file = write(hub, "others.json", OTHERS);

    const conflict = await runCli(hub, ["import-clients", file]);
    const first = await runJson<Import>(hub, ["import-clients", file, "--new-ids"]);
    const second = await runJson<Import>(hub, ["import-clients", file, "--new-ids"]);

    expect(conflict).toMatchObject({ code: 2, stderr: expect.stringContaining("--new-ids") });
    expect(first.clients).toEqual({ added: 1, unchanged: 1, touched: 0, replaced: 0, skipped: 0 });
    expect(second.clients).toEqual({ added: 0, unchanged: 2, touched: 0, replaced: 0, skipped: 0 });
    expect(await runJson(hub, ["list-clients"])).toMatchObject([
      { id: 1, name: "attic" },
      { id: 2, name: "kitchen" },
      { id: 3, name: "hall" },
    ]);
  });

  it("of a whole store, with all that a record holds; a certificate of another client stops it", async () => {
    const hub = hubWithKitchen();
    const source = hubWithClients("v2");
    await runJson(source, ["add-certificate", "-", "1"], { input: CERTIFICATE });
    const args = ["import-clients", source.clientsFile, "--new-ids"];
    const living = (await contentOf(source)).clients.filter(({ client }) => !client.revoked);

    const before = hub.snapshot();
    await runJson(hub, ["add-certificate", "-", "2"], { input: CERTIFICATE });
    const refused = await runCli(hub, [...args, "--json"]);
    await runJson(hub, ["remove-certificate", FINGERPRINT, "2"]);
    const done = await runJson<Import>(hub, args);

    expect(before.size).toBeGreaterThan(0);
    expect(errorOf(refused)).toMatchObject({
      code: "duplicate-key",
      message: expect.stringContaining("has the certificate of client 2"),
    });
    expect(done.clients).toMatchObject({ added: living.length });
    const [, , ...added] = (await contentOf(hub)).clients;
    const withoutId = ({ client, ...rest }: (typeof living)[number]) => ({
      ...rest,
      client: { ...client, id: 0 },
    });
    expect(added.map(withoutId)).toEqual(living.map(withoutId));
    expect(added.map(({ client }) => client.id)).toEqual(living.map((_, index) => index + 3));
  });
});

describe("import-clients -", () => {
  it("reads what is piped in, and leaves nothing of it behind", async () => {
    const hub = new Hub();
    const folder = join(hub.home, "tmp");
    mkdirSync(folder);

    const done = await runJson(hub, ["import-clients", "-"], {
      input: "access_key,name\nthe key of the hall,hall\n",
      env: { TMPDIR: folder },
    });

    expect(done).toMatchObject({ path: "-", format: "csv", clients: { added: 1 } });
    expect(await runJson(hub, ["list-clients"])).toMatchObject([{ id: 1, name: "hall" }]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a file that cannot be read", () => {
  it.each([
    ["import-clients", "nowhere.csv", /there is no file .*nowhere\.csv/],
    ["restore", "nowhere.ndjson", /there is no file .*nowhere\.ndjson/],
    ["import-clients", ".", /is a folder: name the file in it/],
    ["backup", "nowhere/all.ndjson", /there is no folder .*nowhere/],
  ])("%s %s says what is wrong", async (command, path, message) => {
    const hub = hubWithClients("v2");
    const before = hub.snapshot();
    const { code, stderr } = await runCli(hub, [command, path]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(hub.snapshot()).toEqual(before);
  });

  it("is called standard input where it was piped in", async () => {
    const { code, stderr } = await runCli(new Hub(), ["restore", "-"], { input: "nothing" });
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringMatching(/^hivemind-db: standard input is no backup/),
    });
  });
});
