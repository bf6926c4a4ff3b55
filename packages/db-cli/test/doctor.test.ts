import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileSystemFindings } from "../src/doctor/disk-findings.ts";
import { fileSystemOf, typeAt } from "../src/doctor/mounts.ts";
import { Hub } from "./support/hub.ts";
import { runCli } from "./support/run-cli.ts";

interface Diagnosis {
  readonly code: number | null;
  readonly ok: boolean;
  readonly codes: readonly string[];
  readonly findings: readonly { code: string; message: string; clientIds: readonly number[] }[];
}

async function diagnose(hub: Hub, ...args: readonly string[]): Promise<Diagnosis> {
  const { code, stdout } = await runCli(hub, ["doctor", "--json", ...args]);
  const { ok, findings } = JSON.parse(stdout) as Omit<Diagnosis, "code" | "codes">;
  return { code, ok, findings, codes: findings.map((finding) => finding.code) };
}

/** A living client of a Python hub. */
function client(id: number, more: object = {}): object {
  return {
    client_id: id,
    api_key: `key-${id}`,
    name: `node ${id}`,
    password: null,
    allowed_types: [],
    ...more,
  };
}

function hubWith(...clients: readonly { client_id?: number }[]): Hub {
  const records = Object.fromEntries(clients.map((one) => [String(one.client_id), one]));
  const hub = new Hub()
    .withText("clients.json", JSON.stringify(records))
    .withText("clients.schema_version", "2");
  for (const path of [hub.clientsFile, hub.configFile]) chmodSync(path, 0o600);
  return hub;
}

describe("doctor", () => {
  it("finds nothing wrong where nothing is, and says so", async () => {
    expect(await runCli(hubWith(client(1)), ["doctor"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "Found nothing wrong.\n",
    });
  });

  it("names clients with one key, an id that a Python hub would overwrite, and passwords to be guessed", async () => {
    const hub = hubWith(
      client(1, { api_key: "same", password: "hunter2" }),
      client(2, { api_key: "same" }),
      client(4, { password: "5ae486f7f1c26bd4645bd052e4af3ea3" }),
    );
    const { code, ok, findings } = await diagnose(hub);
    expect({ code, ok }).toEqual({ code: 7, ok: false });
    expect(findings).toMatchObject([
      { code: "ambiguous-access-key", clientIds: [1, 2] },
      { code: "count-plus-one-taken", clientIds: [4] },
      { code: "weak-password", clientIds: [1] },
    ]);
  });

  it("says what to do for each finding, and leaves everything as it is", async () => {
    const hub = hubWith(client(1, { password: "hunter2" }));
    const before = hub.snapshot();
    const { code, stdout } = await runCli(hub, ["doctor"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^warning +weak-password +Easy to guess .*: the password of client 1\. .*hivemind-db rotate-password 1\n$/,
    );
    expect(hub.snapshot()).toEqual(before);
  });

  it("looks at the modes of the store, the config, and the files of secrets", async () => {
    const hub = hubWith(client(1));
    const secret = join(hub.home, "secret");
    writeFileSync(secret, "sixteen-byte-key");
    hub.withConfig({
      agent: { token: "s" },
      database: { module: "hivemind-json-db-plugin", other: { password_file: "../../secret" } },
    });
    for (const path of [hub.clientsFile, secret]) chmodSync(path, 0o644);
    chmodSync(hub.configFile, 0o666);
    const { codes, code } = await diagnose(hub);
    expect(codes).toEqual([
      "config-writable-by-others",
      "config-readable-by-others",
      "secret-readable-by-others",
      "readable-by-others",
    ]);
    expect(code).toBe(7);
  });

  it.each([
    ["a store that is missing", (hub: Hub) => hub, "missing-store"],
    ["a store that is no JSON", (hub: Hub) => hub.withText("clients.json", "{"), "corrupt"],
    [
      "a backend that is not installed",
      (hub: Hub) => hub.withConfig({ database: { module: "no-such" } }),
      "not-installed",
    ],
    ["options that are wrong", (hub: Hub) => hub.withOptions({ nme: "x" }), "invalid"],
    [
      "a server that does not answer",
      (hub: Hub) => hub.withOptions({ port: 1 }, "hivemind-redis-db-plugin"),
      "unreachable",
    ],
  ])("has %s as a finding", async (_, spoil, expected) => {
    const { code, ok, codes } = await diagnose(spoil(new Hub()));
    expect({ code, ok, last: codes.at(-1) }).toEqual({ code: 7, ok: false, last: expected });
  });

  it("mends with --repair what can be mended", async () => {
    const hub = hubWith(client(1));
    const leftover = join(hub.dataFolder, ".clients.json.0123456789ab.tmp");
    writeFileSync(leftover, "{}");
    expect((await diagnose(hub)).findings).toMatchObject([{ code: "leftover-file", repair: "possible" }]);
    expect((await diagnose(hub, "--repair")).findings).toMatchObject([
      { code: "leftover-file", repair: "done" },
    ]);
    expect(existsSync(leftover)).toBe(false);
  });
});

describe("the file system of a store", () => {
  const MOUNTS = [
    "21 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "30 21 0:40 / /mnt/hub rw,relatime shared:5 - nfs4 server:/hub rw,vers=4.2",
    "31 21 0:41 / /mnt/my\\040hub rw - fuse.sshfs me@server: rw",
    "32 30 0:42 / /mnt/hub/local rw - tmpfs tmpfs rw",
    "33 21 0:43 / /mnt/twice rw - cifs //server/hub rw",
    "34 33 0:44 / /mnt/twice rw - xfs /dev/vdb rw",
    "",
  ].join("\n");

  it.each([
    ["/srv/clients.db", "ext4"],
    ["/mnt/hub", "nfs4"],
    ["/mnt/hub/a/clients.db", "nfs4"],
    ["/mnt/hubs/clients.db", "ext4"],
    ["/mnt/my hub/clients.db", "fuse.sshfs"],
    ["/mnt/hub/local/clients.db", "tmpfs"],
    ["/mnt/twice/clients.db", "xfs"],
  ])("of %s is %s", (path, type) => {
    expect(typeAt(MOUNTS, path)).toBe(type);
  });

  it.runIf(process.platform === "linux")("is what stat says, also of a file that is not there yet", () => {
    const { stdout } = spawnSync("stat", ["-f", "-c", "%T", "/proc/self"], { encoding: "utf8" });
    expect(stdout.trim()).toBe("proc");
    expect(fileSystemOf("/proc/self/no such file")).toBe("proc");
  });

  it.each([
    ["nfs4", "network-file-system", "error", "(NFS)"],
    ["cifs", "network-file-system", "error", "(SMB)"],
    ["fuse.sshfs", "network-file-system", "error", "(sshfs)"],
    ["ceph", "network-file-system", "error", "(Ceph)"],
    ["9p", "shared-folder", "warning", "(9p)"],
  ])("%s is a finding", (type, code, severity, name) => {
    const [found] = fileSystemFindings("/mnt/hub/clients.db", type);
    expect(found).toMatchObject({ code, severity, message: expect.stringContaining(name) });
  });

  it.each(["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuse.mergerfs"])("%s is none", (type) => {
    expect([...fileSystemFindings("/srv/clients.db", type)]).toEqual([]);
  });
});
