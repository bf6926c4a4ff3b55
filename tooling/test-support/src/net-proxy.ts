/** A TCP proxy on loopback that can be slow, go silent, break off, and say something else than the server did. */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { ReplyReader } from "./replies.ts";

export interface NetProxy {
  readonly port: number;
  /** From now on nothing is passed on, in neither direction, also of connections made meanwhile. */
  silence(): void;
  /** What was held back is passed on now. */
  resume(): void;
  /** Resets every connection; new ones are taken. */
  cut(): void;
  /** Every connection is reset in the middle of the next thing that the server says on it, until `alter`. */
  cutMidReply(): void;
  /** Everything is passed on so much later. */
  delay(ms: number): void;
  /** What is passed on in the place of each reply of a Redis; without an argument, just that. */
  alter(change?: Alter): void;
  close(): Promise<void>;
}

/** `asked`: the beginning of what the client has sent on this connection, which tells what it is for. */
export type Alter = (reply: Buffer, asked: string) => Buffer | string;

const BEGINNING = 1000;
const unchanged: Alter = (reply) => reply;

export async function netProxy(target: { readonly host: string; readonly port: number }): Promise<NetProxy> {
  const sockets = new Set<Socket>();
  const state = { isSilent: false, cutsMidReply: false, delayMs: 0 };
  let change = unchanged;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(target);
    let asked = "";
    const replies = new ReplyReader();
    pass(near, far, (data) => {
      if (asked.length < BEGINNING) asked += data.toString();
      far.write(data);
    });
    pass(far, near, (data) => {
      if (state.cutsMidReply) near.write(data.subarray(0, data.length / 2), () => near.resetAndDestroy());
      else for (const reply of replies.read(data)) near.write(change(reply, asked));
    });
  });
  const pass = (from: Socket, to: Socket, take: (data: Buffer) => void): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (data) => {
      if (state.delayMs === 0) return take(data);
      // Nothing overtakes it.
      from.pause();
      setTimeout(() => {
        if (!to.destroyed) take(data);
        if (!state.isSilent) from.resume();
      }, state.delayMs);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    if (state.isSilent) from.pause();
    else from.resume();
  };
  const each = (act: (socket: Socket) => unknown): void => {
    for (const socket of sockets) act(socket);
  };
  await listening(server);
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      state.isSilent = true;
      each((socket) => socket.pause());
    },
    resume: () => {
      state.isSilent = false;
      each((socket) => socket.resume());
    },
    cut: () => each((socket) => socket.resetAndDestroy()),
    cutMidReply: () => (state.cutsMidReply = true),
    delay: (ms) => (state.delayMs = ms),
    alter: (next = unchanged) => {
      state.cutsMidReply = false;
      change = next;
    },
    close: async () => {
      each((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}
