/** Masters without a slot, in what a node says of its cluster. */
import { expect, test } from "vitest";
import { mastersWithoutSlots } from "../src/cluster-members.ts";

const OWNER = { first: 0, last: 16_383, id: "a1" };

function nodes(...lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

test("masters that have none are named; replicas, and masters that are lost or not in yet, are not", () => {
  const said = nodes(
    "a1 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-16383",
    "b2 10.0.0.2:6379@16379 master - 0 1732872000000 2 connected",
    "c3 10.0.0.3:6379@16379 slave a1 0 1732872000000 1 connected",
    "d4 10.0.0.4:6379@16379 master,fail - 0 1732872000000 3 disconnected",
    "e5 :0@0 master,noaddr - 0 0 4 disconnected",
    "f6 10.0.0.6:6379@16379 handshake - 0 0 0 disconnected",
    // Some say that it does not answer; that it is lost is for the majority to say.
    "a7 fd00::7:6379@16379 master,fail? - 0 1732872000000 5 connected",
  );

  expect(mastersWithoutSlots(said, [{ ...OWNER, master: "10.0.0.1:6379" }])).toEqual([
    "10.0.0.2:6379",
    "[fd00::7]:6379",
  ]);
});

test("a master that is lost amid its first slot is named: what it has been given cannot be told", () => {
  const said = nodes(
    "a1 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-16383 [77->-b2] [93-<-d4]",
    "b2 10.0.0.2:6379@16379 master,fail - 0 1732872000000 2 disconnected",
    "c3 10.0.0.3:6379@16379 master,fail - 0 1732872000000 3 disconnected",
    "d4 10.0.0.4:6379@16379 master,fail - 0 1732872000000 4 disconnected",
  );

  expect(mastersWithoutSlots(said, [{ ...OWNER, master: "10.0.0.1:6379" }])).toEqual(["10.0.0.2:6379"]);
});

test("by name where the cluster gives out names, with what else nodes say of themselves", () => {
  const said = nodes(
    "a1 10.0.0.1:6379@16379,one.example,shard-id=1 myself,master - 0 0 1 connected 0-16383",
    "b2 10.0.0.2:6379@16379,two.example,shard-id=2 master - 0 0 2 connected",
    "c3 10.0.0.3:6379@16379,,shard-id=3 master - 0 0 3 connected",
  );

  expect(mastersWithoutSlots(said, [{ ...OWNER, master: "one.example:6379" }])).toEqual([
    "two.example:6379",
    "10.0.0.3:6379",
  ]);
  expect(mastersWithoutSlots(said, [{ ...OWNER, master: "10.0.0.1:6379" }])).toEqual([
    "10.0.0.2:6379",
    "10.0.0.3:6379",
  ]);
});
