/** Everything that can be wrong, from the config to the records. Each finding says what to do. */
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase, Finding, NodeConfig } from "@hivemind/db-core";
import type { Progress } from "../output/progress.ts";
import type { Session } from "../session.ts";
import { configFindings } from "./config-findings.ts";
import { diskFindings } from "./disk-findings.ts";
import { finding } from "./finding.ts";
import { passwordFindings } from "./password-findings.ts";

/** What ends the examination is a finding as well: the last one. */
export async function examine(
  session: Session,
  repair: boolean,
  progress: Progress,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    const config = await session.config();
    findings.push(...configFindings(config, await session.secretOptions()));
    await session.withDatabase({ create: false }, async (database) => {
      for await (const one of storeFindings(database, config, repair, progress)) findings.push(one);
    });
  } catch (error) {
    if (!isDbError(error)) throw error;
    findings.push(finding(error.code, "error", sentence(error.message), error.clientIds));
  }
  return findings;
}

async function* storeFindings(
  database: ClientDatabase,
  config: NodeConfig,
  repair: boolean,
  progress: Progress,
): AsyncGenerator<Finding> {
  const health = await database.health();
  if (!health.ok) yield finding("unhealthy", "error", health.message);
  for (const warning of health.warnings ?? []) yield finding("store-at-risk", "warning", warning);
  yield* diskFindings(database.info().location);
  progress.begin("Checking the store");
  yield* database.verify({ repair });
  progress.begin("Checking the passwords");
  yield* passwordFindings(database, config, progress);
  progress.end();
}

/** An error as one of several findings. What is no word, such as the path of an option, stays as it is. */
function sentence(text: string): string {
  if (!/^[a-z]+[ ,:]/.test(text)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
