import { expect, test } from "vitest";
import { readmeUser } from "./support/readme.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

test("the rule in the README is all that a node needs, and no more than it needs", async () => {
  const [user = "", ...words] = readmeUser("password");
  const everything = async (): Promise<void> => {
    const db = await redis.open({ username: user, password: "password" });
    const backend = await redis.backend({ username: user, password: "password" });
    const { client, secrets } = await db.addClient({ name: "satellite" });
    await db.authenticate(secrets);
    await db.updateClient(client.id, { accessKey: "new", name: "renamed" });
    await db.touch(client.id);
    await db.state("shared", "test").set("key", 1);
    await db.state("shared", "test").list();
    await db.revokeClient(client.id);
    const watch = await backend.watch(() => undefined);
    await watch.close();
    const findings = await Array.fromAsync(db.verify({ repair: true }));
    const { details } = await db.health();
    expect(findings).toEqual([]);
    await redis.admin.lpush("client:name:damaged", "a list");
    expect(await Array.fromAsync(db.verify({ repair: true }))).toHaveLength(1);
    expect(details).toMatchObject({ role: "master", persistence: expect.stringMatching(/^none/) });
    expect(redis.notices).toEqual([]);
  };
  await redis.admin.call("acl", "setuser", user, "reset", ...words);
  await everything();

  const commands = words.filter((word) => word.startsWith("+") && !/auth|select|ttl|ping|exists/.test(word));
  const unneeded: string[] = [];
  for (const command of commands) {
    await redis.admin.flushall();
    await redis.admin.script("FLUSH");
    redis.notices.length = 0;
    await redis.admin.call("acl", "setuser", user, "reset", ...words.filter((word) => word !== command));
    const works = await everything().then(
      () => true,
      () => false,
    );
    if (works) unneeded.push(command);
  }
  expect(unneeded).toEqual([]);
});
