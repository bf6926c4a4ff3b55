/** What an operator tells a server, on a connection of its own. */
import { connect } from "node:net";
import type { RedisServer } from "../../../redis/src/main.ts";

/** One command without spaces in its arguments; its reply as it comes in. */
export async function tell({ host, port }: RedisServer, command: string): Promise<string> {
  const socket = connect(port, host);
  try {
    socket.write(`${command}\r\n`);
    let reply = "";
    for await (const data of socket) {
      reply += String(data);
      if (isWhole(reply)) break;
    }
    if (!isWhole(reply) || reply.startsWith("-")) throw new Error(`${command}: ${reply}`);
    return reply;
  } finally {
    socket.destroy();
  }
}

function isWhole(reply: string): boolean {
  const [, length] = /^\$(\d+)\r\n/.exec(reply) ?? [];
  if (length === undefined) return reply.endsWith("\r\n");
  return reply.length >= `$${length}\r\n`.length + Number(length) + 2;
}
