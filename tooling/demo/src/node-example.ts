// What a HiveMind node does with its client database, in one page. It reads access keys from stdin, one a line,
// where a real node has connections, and answers each with a line: who that is, and what they may send.
import { createInterface } from "node:readline/promises";
import { checkPermission, openDatabase, readConfig } from "@hivemind/db-core";
import type { Client } from "@hivemind/db-core";

const config = await readConfig();
// The config names the backend's package. It is looked for beside the config, then beside this file.
const database = await openDatabase(config, {
  from: import.meta.url,
  onNotice: ({ message }) => console.error(`node: ${message}`),
});
try {
  for await (const accessKey of createInterface({ input: process.stdin })) {
    const verdict = await database.authenticate({ accessKey });
    console.log(verdict.allowed ? welcome(verdict.client) : `denied: ${verdict.reason}`);
  }
} finally {
  await database.close();
}

function welcome(client: Client): string {
  const types = [...client.allowedTypes, "system.reboot"].map((messageType) => {
    const verdict = checkPermission(client, { do: "send", messageType });
    return verdict.allowed ? `may send ${messageType}` : `may not send ${messageType} (${verdict.reason})`;
  });
  return `welcome, client ${client.id} ${client.name}: ${types.join(", ")}`;
}
