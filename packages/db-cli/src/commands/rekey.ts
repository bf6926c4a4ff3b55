import type { RekeyReport } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import { withQuiet } from "../transfer/command-options.ts";
import { longWork } from "../transfer/long-work.ts";
import type { CommandDefinition } from "./definition.ts";

export const rekey: CommandDefinition = {
  name: "rekey",
  summary: "seal every secret in the store under the configured key",
  details: `Before: put the new key into database.seal of the config, and the old one into its "previous", for every node. Nodes go on working meanwhile. Killed, the same command again completes it. Afterwards the old key can go from the config.

With "previous" alone every secret is unsealed. Python hubs cannot read sealed secrets.`,
  examples: ["hivemind-db rekey", "hivemind-db rekey --json --config /etc/hivemind-core/server.json"],
  setUp: withQuiet,
  async run(invocation) {
    const { session, output } = invocation;
    const report = await longWork(invocation, ({ progress, interrupt }) =>
      session.withDatabase({ create: false }, (database) => {
        progress.begin("Looking at secrets");
        let seen = 0;
        return database.rekey({
          onProgress({ checked }) {
            // The second pass counts from nothing again.
            progress.add(checked >= seen ? checked - seen : checked);
            seen = checked;
            interrupt.check();
          },
        });
      }),
    );
    const { clients, entries, unreadable, leftIn } = report;
    const changed = clients + entries > 0;
    if (output.json) {
      await output.value({
        changed,
        clients,
        entries,
        unreadable: unreadable.map((one) => ({ ...one })),
        leftIn,
      });
    }
    output.say(changed ? told(report) : "Every secret is as the config says already.");
    for (const { message } of unreadable) output.say(`Left as it was: ${message}`);
    if (leftIn.length > 0) output.say(`Secrets may still stand as they were before in: ${leftIn.join(", ")}`);
    return unreadable.length === 0 ? EXIT.ok : EXIT.storeNotUnderstood;
  },
};

function told({ clients, entries }: RekeyReport): string {
  return `Wrote the secrets of ${clients} clients, and ${entries} entries of node state, as the config says.`;
}
