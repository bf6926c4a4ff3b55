#!/usr/bin/env node
// Reads commands from stdin, one a line, and answers each with a line: `add NAME` with the new access key, `who KEY`
// with the verdict.
import { createInterface } from "node:readline/promises";
import { openDatabase, readConfig } from "@hivemind/db-core";

const db = await openDatabase(await readConfig(), {
  from: import.meta.url,
  create: true,
  onNotice: ({ message }) => console.error(message),
});
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(" ");
  if (command === "add") {
    const { secrets } = await db.addClient({ name: argument });
    console.log(secrets.accessKey);
  } else {
    const verdict = await db.authenticate({ accessKey: argument });
    console.log(verdict.allowed ? `welcome ${verdict.client.name}` : `denied ${verdict.reason}`);
  }
}
await db.close();
