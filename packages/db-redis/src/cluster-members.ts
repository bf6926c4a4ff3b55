/** What a node of a cluster says to CLUSTER NODES. Source: https://redis.io/docs/latest/commands/cluster-nodes */
import { addressOf, placeIn } from "./address.ts";
import type { SlotRange } from "./slot-ranges.ts";

interface Member {
  readonly id: string;
  readonly host: string;
  /** Empty where it announces none. */
  readonly name: string;
  readonly port: number;
  readonly flags: readonly string[];
}

/** Lost, or not in yet. One that was replaced stays listed as lost for as long as nobody has it forgotten. */
const AWAY = ["fail", "noaddr", "handshake"];
/** To whom the node that says it gives a slot away. */
const GIVEN_TO = /\[\d+->-(\w+)\]/g;

/** The addresses of the masters that have no slot: one may just be given its first, and has keys already. */
export function mastersWithoutSlots(reply: string, ranges: readonly SlotRange[]): readonly string[] {
  const members = reply.split("\n").flatMap((line) => memberIn(line) ?? []);
  const owners = new Map(ranges.map(({ id, master }) => [id, placeIn(master).host]));
  // Nodes with TLS are reached by the names in their certificates, where the cluster gives out names.
  const hasNames = members.some(({ id, name }) => name !== "" && owners.get(id) === name);
  // One of these that is lost has keys that nobody can ask for: that is an error, and not a client that is unknown.
  const next = new Set(Array.from(reply.matchAll(GIVEN_TO), ([, id]) => id));
  return members
    .filter(({ id, flags }) => flags.includes("master") && !owners.has(id))
    .filter(({ id, flags }) => next.has(id) || !AWAY.some((flag) => flags.includes(flag)))
    .map(({ host, name, port }) => addressOf({ host: hasNames && name !== "" ? name : host, port }));
}

/** `<id> <host>:<port>@<bus port>[,<name>] <flags> ...` */
function memberIn(line: string): Member | undefined {
  const [id, where, flags] = line.split(" ");
  const [, host, port, name = ""] = /^(.*):(\d+)(?:@\d+)?(?:,([^,]*))?/.exec(where ?? "") ?? [];
  if (id === undefined || flags === undefined || host === undefined) return undefined;
  return { id, host, name, port: Number(port), flags: flags.split(",") };
}
