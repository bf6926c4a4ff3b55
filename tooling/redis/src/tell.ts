/** What an operator, or any other program, tells a server, on a connection of its own. */
import { connect } from "node:net";
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
      if (endOf(said, replies) <= said.length) break;
    }
    if (endOf(said, replies) > said.length || said.startsWith("-"))
      throw new Error(`${String(bytes).slice(0, 100)}: ${said}`);
    return said;
  } finally {
    socket.destroy();
  }
}

/** Where so many replies end; infinite as long as nobody can say. */
function endOf(text: string, replies: number, start = 0): number {
  let end = start;
  for (let i = 0; i < replies; i += 1) {
    const line = text.indexOf("\r\n", end);
    if (line === -1) return Infinity;
    const [kind, count] = [text[end], Number(text.slice(end + 1, line))];
    end = line + 2;
    if (kind === "$" && count >= 0) end += count + 2;
    if (kind === "*") end = endOf(text, count, end);
  }
  return end;
}
