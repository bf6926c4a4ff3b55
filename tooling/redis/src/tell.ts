/** What an operator, or any other program, tells a server, on a connection of its own. */
import { connect } from "node:net";
import { endOfReplies } from "../../test-support/src/replies.ts";
import type { RedisServer } from "./server.ts";

/** One command, as redis-cli takes it; its reply as it comes in. */
export function tell(server: RedisServer, command: string): Promise<string> {
  return send(server, `${command}\r\n`, 1);
}

/** Any words, of any bytes, in one piece. */
export function tellAll(
  server: RedisServer,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<string> {
  const pieces = commands.flatMap((words) => [
    Buffer.from(`*${words.length}\r\n`),
    ...words.flatMap((word) => {
      const bytes = Buffer.from(word);
      return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")];
    }),
  ]);
  return send(server, Buffer.concat(pieces), commands.length);
}

async function send({ host, port }: RedisServer, bytes: string | Buffer, replies: number): Promise<string> {
  const socket = connect(port, host);
  try {
    socket.write(bytes);
    let said = "";
    for await (const data of socket) {
      said += (data as Buffer).toString("latin1");
      if (endOfReplies(said, replies) <= said.length) break;
    }
    if (endOfReplies(said, replies) > said.length || said.startsWith("-"))
      throw new Error(`${String(bytes).slice(0, 100)}: ${said}`);
    return said;
  } finally {
    socket.destroy();
  }
}
