/** What a Redis says, reply by reply (RESP2), however the network cuts it into pieces. */

/** Where so many replies end that begin at `start`, in text of one character a byte; infinite where it is not said yet. */
export function endOfReplies(text: string, replies: number, start = 0): number {
  let end = start;
  for (let i = 0; i < replies; i += 1) {
    const line = text.indexOf("\r\n", end);
    if (line === -1) return Infinity;
    const [kind, count] = [text[end], Number(text.slice(end + 1, line))];
    end = line + 2;
    if (kind === "$" && count >= 0) end += count + 2;
    if (kind === "*") end = endOfReplies(text, count, end);
  }
  return end;
}

/** Puts the pieces together. What is no RESP, as TLS, is handed on as it comes. */
export class ReplyReader {
  #waiting: Buffer = Buffer.alloc(0);

  /** The replies that end with this piece. */
  read(piece: Buffer): readonly Buffer[] {
    const bytes = Buffer.concat([this.#waiting, piece]);
    const text = bytes.toString("latin1");
    const replies: Buffer[] = [];
    let start = 0;
    for (let end = 0; start < bytes.length; start = end) {
      end = /[+\-:$*]/.test(text[start] ?? "") ? endOfReplies(text, 1, start) : bytes.length;
      if (end > bytes.length) break;
      replies.push(bytes.subarray(start, end));
    }
    this.#waiting = bytes.subarray(start);
    return replies;
  }
}
