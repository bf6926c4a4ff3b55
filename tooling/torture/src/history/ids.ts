/** No id is given twice, none is burnt, and no client is made twice or lost. */
import { promise } from "../trial.ts";
import type { Ending } from "./check.ts";
import { isOpen, succeeded } from "./operation.ts";
import type { Operation } from "./operation.ts";

export function checkIds(history: readonly Operation[], ending: Ending, firstIds: readonly number[]): void {
  const byName = new Map<string, number>();
  const final = new Map(ending.clients.map((client) => [client.id, client]));
  promise(final.size === ending.clients.length, () => "the list names an id twice");
  for (const { id, name, revoked } of ending.clients) {
    if (revoked) continue;
    promise(!byName.has(name), () => `${name} is both client ${byName.get(name)} and client ${id}`);
    byName.set(name, id);
  }

  const given = new Map<number, string>(firstIds.map((id) => [id, "the first"]));
  const open = new Set<string>();
  const refused = new Set<string>();
  for (const operation of history) {
    const { call, outcome } = operation;
    if (call.do !== "add") continue;
    if (isOpen(operation)) open.add(call.token);
    else if (!succeeded(operation)) refused.add(call.token);
    if (outcome === undefined || !("id" in outcome)) continue;
    const { id } = outcome;
    promise(!given.has(id), () => `the id ${id} was given to ${given.get(id)} and to ${call.token}`);
    given.set(id, call.token);
    const client = final.get(id);
    promise(client !== undefined, () => `client ${id} was acknowledged and is not there`);
    promise(
      client.revoked || client.name === call.token,
      () => `client ${id} is ${client.name}, not ${call.token}`,
    );
  }
  for (const { id, name, revoked } of ending.clients) {
    promise(!refused.has(name), () => `${name} was refused, and is there as client ${id}`);
    // A tombstone has no name: an add that nobody saw the end of may be behind it.
    promise(
      given.has(id) || open.has(name) || (revoked && open.size > 0),
      () => `client ${id} (${name}) was added by nobody`,
    );
  }
  const ids = [...final.keys()].toSorted((a, b) => a - b);
  ids.forEach((id, i) => promise(id === i + 1, () => `the id ${i + 1} was burnt: ${ids.join(", ")}`));
}
