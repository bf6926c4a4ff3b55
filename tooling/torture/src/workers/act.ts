/** Random calls of the public interface, each with what it was told. */
import { setTimeout as delay } from "node:timers/promises";
import { isDbError } from "@hivemind/db-core";
import type { Client, ClientDatabase, Verdict } from "@hivemind/db-core";
import type { Journal } from "../history/journal.ts";
import type { Call, Outcome } from "../history/operation.ts";
import type { Random } from "../random.ts";
import type { Task } from "./task.ts";

/** How often each call is made, of 100. Few revocations: what is revoked takes part no more. */
const SHARES = [
  ["append", 40],
  ["read", 15],
  ["authenticate", 15],
  ["claim", 10],
  ["touch", 10],
  ["add", 8],
  ["revoke", 2],
] as const satisfies readonly (readonly [Call["do"], number])[];

/** Whoever is told so at once does not ask again at once. */
const AWAY: ReadonlySet<string> = new Set(["unreachable", "missing-store"]);
const AWAY_MS = 5;

/** Answers what came of each call, for whoever knows what it should be. */
export async function act(
  db: ClientDatabase,
  journal: Journal,
  task: Task,
  random: Random,
): Promise<readonly Outcome[]> {
  const own: { readonly id: number; readonly key: string }[] = [];
  const outcomes: Outcome[] = [];
  let calls = 0;
  const one = async (): Promise<void> => {
    while (task.calls === undefined || calls < task.calls) {
      calls += 1;
      const call = nextCall(task, own, random, calls);
      const outcome = await journal.record(call, () => outcomeOf(db, call));
      outcomes.push(outcome);
      if ("failed" in outcome && AWAY.has(outcome.failed)) await delay(AWAY_MS);
      if (call.do === "add" && "id" in outcome) own.push({ id: outcome.id, key: call.key });
    }
  };
  await Promise.all(Array.from({ length: task.atOnce }, one));
  return outcomes;
}

function nextCall(
  task: Task,
  own: readonly { readonly id: number; readonly key: string }[],
  random: Random,
  n: number,
): Call {
  const token = `${task.worker}-${n}`;
  const [first, ...others] = task.ids.length > 0 ? task.ids : own.map(({ id }) => id);
  if (first === undefined) return { do: "add", token, key: `key of ${token}` };
  const shared = [first, ...others] as const;
  const keys = task.keys as readonly [string, ...string[]];
  const mine = own[random.int(0, Math.max(0, own.length - 1))];
  const id = mine !== undefined && random.chance(25) ? mine.id : random.pick(shared);
  switch (kind(random)) {
    case "append":
      return { do: "append", id, token };
    case "read":
      return { do: "read", id };
    case "claim":
      return { do: "claim", id: random.pick(shared), key: random.pick(keys) };
    case "authenticate":
      return {
        do: "authenticate",
        key: mine !== undefined && random.chance(50) ? mine.key : random.pick(keys),
      };
    case "touch":
      return { do: "touch", id, at: random.int(1, 1_000_000_000) };
    case "revoke":
      return { do: "revoke", id };
    default:
      return { do: "add", token, key: `key of ${token}` };
  }
}

function kind(random: Random): Call["do"] {
  let left = random.int(1, 100);
  for (const [name, share] of SHARES) {
    left -= share;
    if (left <= 0) return name;
  }
  return "read";
}

async function outcomeOf(db: ClientDatabase, call: Call): Promise<Outcome> {
  try {
    return await make(db, call);
  } catch (error) {
    if (!isDbError(error)) throw error;
    return { failed: error.code };
  }
}

async function make(db: ClientDatabase, call: Call): Promise<Outcome> {
  switch (call.do) {
    case "add": {
      const { client } = await db.addClient({ name: call.token, accessKey: call.key });
      return { id: client.id };
    }
    case "append":
      return trailOf(await db.updateClient(call.id, (now) => withStep(now, call.token)));
    case "read": {
      const client = await db.getClient(call.id);
      return client === undefined ? { failed: "no-such-client" } : trailOf(client);
    }
    case "claim":
      await db.updateClient(call.id, { accessKey: call.key });
      return { done: true };
    case "authenticate":
      return verdictOf(await db.authenticate({ accessKey: call.key }));
    case "touch":
      await db.touch(call.id, call.at);
      return { done: true };
    default:
      await db.revokeClient(call.id);
      return { done: true };
  }
}

const verdictOf = (verdict: Verdict): Outcome =>
  verdict.allowed ? { id: verdict.client.id } : { denied: verdict.reason };

/** One step more, in a text and in a list: fields that only an atomic write changes together. */
function withStep(now: Client, token: string) {
  const { trail } = stepsOf(now);
  const next = [...trail, token];
  return { description: next.join(" "), allowedTypes: next };
}

export function stepsOf({ description, allowedTypes }: Client): {
  readonly trail: readonly string[];
  readonly torn: boolean;
} {
  return { trail: allowedTypes, torn: description !== allowedTypes.join(" ") };
}

const trailOf = (client: Client): Outcome => (client.revoked ? { revoked: true } : stepsOf(client));
