import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

describe("a Python hub beside ours", () => {
  test("sees what we add, change and revoke, on its connect path too", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    const { client, secrets } = await db.addClient({ name: "satellite", allowedTypes: ["speak"] });
    expect(await hub.admit(secrets.accessKey)).toMatchObject({
      client_id: 1,
      name: "satellite",
      allowed_types: ["speak"],
    });

    await db.updateClient(client.id, { canEscalate: false, accessKey: "new-key" });
    expect(await hub.admit("new-key")).toMatchObject({ can_escalate: false });
    expect(await hub.admit(secrets.accessKey)).toBeUndefined();

    await db.touch(client.id, 1_755_264_536.25);
    expect(await hub.admit("new-key")).toMatchObject({ last_seen: 1_755_264_536.25 });

    await db.revokeClient(client.id);
    expect(await hub.admit("new-key")).toBeUndefined();
    expect(await redis.admin.smembers("client:api_key:revoked")).toEqual(["1"]);
    expect(await redis.admin.hgetall("client:idx:1")).toEqual({ name: "", api_key: "revoked" });
  });

  test("adds at count plus one, and we go on above it, without a gap", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClients([{}, {}]);

    expect(await hub.add({ api_key: "theirs-3", name: "three" })).toMatchObject({ client_id: 3 });
    expect(await hub.add({ api_key: "theirs-4", name: "four" })).toMatchObject({ client_id: 4 });
    expect((await db.addClient()).client.id).toBe(5);
    expect(await hub.add({ api_key: "theirs-6", name: "six" })).toMatchObject({ client_id: 6 });
    expect((await db.addClients([{}, {}])).map(({ client }) => client.id)).toEqual([7, 8]);
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  });

  test("imports ids far above, or into a gap, and the next is above all of them", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient();
    const client = { client_id: 1000, api_key: "imported", name: "imported", last_seen: -1 };

    await hub.addWithId(client);
    expect((await db.addClient()).client.id).toBe(1001);
    await hub.addWithId({ ...client, client_id: 500, api_key: "into-the-gap" });
    expect((await db.addClient()).client.id).toBe(1002);
    await redis.admin.set("client:count", 77);
    expect((await db.addClient()).client.id).toBe(1003);

    expect(await redis.admin.get("client:count")).toBe("6");
    expect(await redis.admin.get("client:id_seq")).toBe("1003");
  });

  test("has an id that it is just creating, which nobody else gets", async () => {
    const db = await redis.open();
    await db.addClient();
    await redis.admin.set("client:client:2", "__hivemind_creating__", "EX", 30);

    expect((await db.addClient()).client.id).toBe(3);
    expect(await db.getClient(2)).toBeUndefined();
    await expect(db.addClient({ id: 2 })).rejects.toMatchObject({ code: "duplicate-key" });
    expect((await Array.fromAsync(db.listClients())).map(({ id }) => id)).toEqual([1, 3]);
  });

  test("writes back a revoked client from a stale copy: it is admitted nowhere on our side, and a repair ends it", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient({ accessKey: "stolen", name: "stolen" });
    const stale = await hub.read(1);
    await db.revokeClient(1);
    await hub.write(stale);

    const other = await redis.open();
    for (const node of [db, other]) {
      expect(await node.authenticate({ accessKey: "stolen" })).toMatchObject({
        allowed: false,
        reason: "unknown-key",
      });
      expect(await node.authorize(1, { do: "escalate" })).toMatchObject({
        allowed: false,
        reason: "revoked",
      });
      expect((await node.getClient(1))?.revoked).toBe(true);
      expect(await node.secrets(1)).toBeUndefined();
    }
    await db.touch(1, 2_000_000_000);
    await expect(db.updateClient(1, { name: "back" })).rejects.toMatchObject({ code: "no-such-client" });
    // The attempt to change it has ended it for hubs too; but a hub can always do that again.
    expect(await hub.admit("stolen")).toBeUndefined();
    // Whoever watches would end it by itself.
    await Promise.all([db.close(), other.close()]);
    await hub.write(stale);
    const backend = await redis.backend();
    const found = await Array.fromAsync(backend.verify({ repair: false }));
    expect(found.map(({ code }) => code)).toContain("resurrected-client");

    await Array.fromAsync(backend.verify({ repair: true }));
    expect(await hub.admit("stolen")).toBeUndefined();
    expect(await Array.fromAsync(backend.verify({ repair: false }))).toEqual([]);
  });

  test("undoes a field from a stale copy, and nothing else of ours", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClients([{ accessKey: "one", canEscalate: true }, { accessKey: "two" }]);
    const stale = await hub.read(1);
    await db.updateClient(1, { canEscalate: false, name: "ours" });

    await hub.write({ ...stale, description: "theirs" });

    expect(await db.getClient(1)).toMatchObject({ canEscalate: true, description: "theirs" });
    expect(await db.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });
    expect(await db.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
    // The set of the name that the stale copy did not know is all that is left to put right.
    await Array.fromAsync(db.verify({ repair: true }));
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  });

  test("sets last-seen with cjson: the record is read as before, and our next write puts its lists right", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    const { client, secrets } = await db.addClient({ accessKey: "key", metadata: { list: ["x"] } });

    await hub.seen(1, "key", 1_755_264_536.5);

    expect(await db.getClient(1)).toEqual({ ...client, lastSeen: 1_755_264_536.5 });
    expect(await db.authenticate(secrets)).toMatchObject({ allowed: true });
    expect((await hub.read(1))["allowed_types"]).toEqual({});
    await db.touch(1, 1_755_264_537);
    expect((await db.getClient(1))?.lastSeen).toBe(1_755_264_537);
  });

  test("sync() leaves our own keys alone: revocations, state and the store's id", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClients([{ accessKey: "one" }, { accessKey: "two" }, { accessKey: "three" }]);
    await db.state("shared", "test").set("key", "kept");
    const stale = await hub.read(2);
    await db.revokeClient(2);
    const { storeId } = db.info();
    await hub.write(stale);

    await hub.sync();

    const again = await redis.open({}, false);
    expect(again.info().storeId).toBe(storeId);
    expect(await again.state("shared", "test").get("key")).toBe("kept");
    expect(await again.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });
    expect(await again.authenticate({ accessKey: "two" })).toMatchObject({ allowed: false });
    expect((await again.addClient()).client.id).toBe(4);
  });

  test("revokes, and another hub's stale copy undoes it only until we have seen it", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient({ accessKey: "key" });
    const stale = await hub.read(1);
    await hub.revoke(1);
    expect((await Array.fromAsync(db.verify({ repair: true }))).map(({ code }) => code)).toContain(
      "revocation-not-kept",
    );

    await hub.write(stale);

    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: false });
  });
});

describe("a certificate, beside a Python hub", () => {
  const certificate = new X509Certificate(
    readFileSync(new URL("../../../tooling/fixtures/certificates/kitchen.pem", import.meta.url)),
  );

  test("that was removed stays out, whatever stale copy is written back, and a repair takes it out again", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClients([{}, {}]);
    await db.addCertificate(2, certificate);
    const stale = await hub.read(2);
    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 2 } });
    await db.removeCertificate(2, certificate.fingerprint256);

    await hub.write(stale);
    await hub.sync();
    // The look-ups are derived anew from the records, the stale one too.
    await db.updateClient(2, { description: "touched by us" });

    for (const node of [db, await redis.open()]) {
      expect(await node.authenticate({ certificate })).toMatchObject({ reason: "certificate-removed" });
      expect(await node.certificates(2)).toEqual([]);
    }
    const repaired = await Array.fromAsync(db.verify({ repair: true }));
    expect(repaired.map(({ code }) => code)).toContain("certificate-came-back");
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    expect(JSON.stringify(await hub.read(2))).not.toContain("certificates");
  });

  test("that was removed, and came back with a stale copy, can be given to another client", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClients([{}, {}, {}]);
    await db.addCertificate(2, certificate);
    const stale = await hub.read(2);
    await db.removeCertificate(2, certificate.fingerprint256);
    await hub.write(stale);

    await db.addCertificate(3, certificate);

    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 3 } });
    await hub.write(stale);
    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 3 } });
  });

  test("that a hub drops with the metadata admits nobody, until a copy that has it is written back", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient();
    await db.addCertificate(1, certificate);
    const complete = await hub.read(1);

    await hub.write({ ...complete, metadata: {} });
    expect(await db.authenticate({ certificate })).toMatchObject({ reason: "unknown-certificate" });
    await hub.write(complete);

    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 1 } });
  });

  test("admits its client also after a hub has set last-seen with cjson", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient({ accessKey: "key" });
    const added = await db.addCertificate(1, certificate);

    await hub.seen(1, "key", 1_755_264_536.5);

    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 1 } });
    expect(await db.certificates(1)).toEqual([added]);
  });

  test("and pinned keys are left alone by sync()", async () => {
    const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
    await db.addClient();
    await db.addCertificate(1, certificate);
    await db.pinKey(1, "noise-static", new Uint8Array(32).fill(1));

    await hub.sync();

    const again = await redis.open({}, false);
    expect(await again.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 1 } });
    const other = new Uint8Array(32).fill(2);
    expect(await again.pinKey(1, "noise-static", other)).toEqual({ pinned: false, reason: "key-mismatch" });
  });
});
