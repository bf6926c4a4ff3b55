/** What a caller hears of a server's no depends on where it was said. */
import { ReplyError } from "ioredis";
import { expect, test } from "vitest";
import { failure } from "../src/after-failure.ts";

const MOVED = new (ReplyError as ErrorConstructor)("MOVED 3999 127.0.0.1:7001");

test("nodes of a cluster that go on naming each other are not the operator's mistake", () => {
  expect(failure(MOVED, { location: "redis://a", topology: "cluster" }, {})).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("do not agree yet") as string,
  });
});

test("a node of a cluster that is used as a single server is", () => {
  expect(failure(MOVED, { location: "redis://a", topology: "single" }, {})).toMatchObject({
    code: "invalid",
    message: expect.stringContaining("cluster_nodes") as string,
  });
});
