import type { ClientDatabase, Finding, NodeConfig } from "@hivemind/db-core";
import type { Progress } from "../output/progress.ts";
import { clientsText } from "../clients/label.ts";
import { passwordBits } from "../passwords/password-bits.ts";
import { finding } from "./finding.ts";

/** Named in one finding; more would hide the others. */
const MOST_NAMED = 20;

/** Those that Python's tools, or an import, let through. */
export async function* passwordFindings(
  database: ClientDatabase,
  { minPasswordBits }: Pick<NodeConfig, "minPasswordBits">,
  progress: Pick<Progress, "add">,
): AsyncGenerator<Finding> {
  const weak: number[] = [];
  for await (const client of database.listClients()) {
    progress.add(1);
    const password = client.revoked ? undefined : (await database.secrets(client.id))?.password;
    if (password === undefined || password === null) continue;
    if ((await passwordBits(password, [client.name])) < minPasswordBits) weak.push(client.id);
  }
  if (weak.length === 0) return;
  const message = `Easy to guess (below ${minPasswordBits} bits): the password of ${clientsText(weak, MOST_NAMED)}. Give a new one: hivemind-db rotate-password ${weak[0]}`;
  yield finding("weak-password", "warning", message, weak);
}
