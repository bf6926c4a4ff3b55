import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { openDatabase, readConfig } from "../../src/registry/index.ts";
import { configFile, SECRET } from "./support/config-file.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

test("reads a Python hub's config, and leaves unknown blocks and comments alone", async () => {
  const path = await configFile(`// the hub of the living room
{
    # written by hand
    "agent_protocol": { "module": "hivemind-ovos-agent-plugin", "big": 9007199254740993, "x": 1.0 },
    "database": {
        "module": "hivemind-sqlite-db-plugin",
        // the options
        "hivemind-sqlite-db-plugin": { "name": "clients", "subfolder": "hivemind-core" },
        "some-other-plugin": null
    },
    "last_seen_update_interval": 2.50,
    "min_password_bits": 60
}`);

  const config = await readConfig(path);

  expect(config).toMatchObject({ path, exists: true, folder: join(path, ".."), lastSeenUpdateInterval: 2.5 });
  expect(config.minPasswordBits).toBe(60);
  expect(config.database).toEqual({
    module: "hivemind-sqlite-db-plugin",
    blocks: {
      "hivemind-sqlite-db-plugin": { name: "clients", subfolder: "hivemind-core" },
      "some-other-plugin": null,
    },
  });
  const { agent_protocol: agent } = config.document;
  expect(JSON.stringify(agent)).toBe(
    '{"module":"hivemind-ovos-agent-plugin","big":9007199254740993,"x":1.0}',
  );
});

test("no file: everything at its default", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "none/server.json");

  const config = await readConfig(path);

  expect(config).toMatchObject({
    path,
    exists: false,
    document: {},
    database: { blocks: {} },
    minPasswordBits: 40,
  });
  expect(config.lastSeenUpdateInterval).toBeUndefined();
});

test("by default it is in the XDG config folder", async () => {
  const folder = await temporaryFolder();
  await writeTree(folder, { "hivemind-core/server.json": { database: { module: "db-log" } } });
  vi.stubEnv("XDG_CONFIG_HOME", folder);

  const config = await readConfig();

  expect(config).toMatchObject({ path: join(folder, "hivemind-core/server.json"), exists: true });
  expect(config.database.module).toBe("db-log");
});

test("a path that someone gave and that leads nowhere does not open the defaults", async () => {
  const path = join(await temporaryFolder(), "sevrer.json");

  const opened = openDatabase(path, { create: true });

  await expect(opened).rejects.toMatchObject({ code: "invalid", message: `there is no config file ${path}` });
});

test.each([
  ["a byte order mark", '\uFEFF{ "database": { "module": "db-log" } }'],
  ["a byte order mark before a comment", '\uFEFF# x\n{ "database": { "module": "db-log" } }'],
  ["Windows line ends", '{\r\n// x\r\n"database": { "module": "db-log" } }'],
  ["a key twice: the last one counts", '{ "database": 1, "database": { "module": "db-log" } }'],
])("%s is fine", async (_what, content) => {
  const config = await readConfig(await configFile(content));

  expect(config.database.module).toBe("db-log");
});

test("null is absent", async () => {
  const nothing = { database: null, last_seen_update_interval: null, min_password_bits: null };
  expect(await readConfig(await configFile(nothing))).toMatchObject({
    database: { blocks: {} },
    minPasswordBits: 40,
  });

  const { database } = await readConfig(await configFile({ database: { module: null } }));
  expect(database.module).toBeUndefined();
});

test("names of Object's own are only data", async () => {
  const { document, database } = await readConfig(
    await configFile(`{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } },
      "database": { "__proto__": { "module": "evil", "polluted": 1 } } }`),
  );

  expect(database.module).toBeUndefined();
  expect(Object.keys(document)).toEqual(["__proto__", "constructor", "database"]);
  expect(Object.keys(database.blocks)).toEqual(["__proto__"]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("logs of a config show no secret", async () => {
  const config = await readConfig(
    await configFile({
      database: { module: "db-log", "db-log": { name: "clients", password: SECRET } },
      agent: { token: SECRET },
    }),
  );

  expect(inspect(config, { depth: 9 })).not.toContain(SECRET);
  expect(JSON.stringify(config)).not.toContain(SECRET);
  expect(JSON.stringify([config.database])).not.toContain(SECRET);
  expect(inspect(config.database, { depth: 9 })).not.toContain(SECRET);
  expect(JSON.parse(JSON.stringify(config))).toMatchObject({ document: { agent: { token: "********" } } });
  expect(config.database.blocks["db-log"]).toEqual({ name: "clients", password: SECRET });
});
