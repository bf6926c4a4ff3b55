/** `hivemind-db` without a process of its own: for the many command lines that differ in one thing. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Io } from "../../src/io.ts";
import { run } from "../../src/run.ts";
import type { Hub } from "./hub.ts";
import { inHub } from "./many-clients.ts";
import type { Outcome } from "./run-cli.ts";

/** What a process would do with these arguments, piped streams and this hub's HOME. */
export async function runHere(hub: Hub, args: readonly string[]): Promise<Outcome> {
  const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()] as const;
  stdin.end();
  const io = { stdin, stdout, stderr, env: hub.env } as unknown as Io;
  const shown = Promise.all([text(stdout), text(stderr)]);
  const code = await inHub(hub, () => run(args, io));
  stdout.end();
  stderr.end();
  const [out, err] = await shown;
  return { code, stdout: out, stderr: err };
}

function pipe() {
  return Object.assign(new PassThrough(), { isTTY: false });
}
