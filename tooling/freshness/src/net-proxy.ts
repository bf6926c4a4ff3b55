/** A TCP proxy on loopback that can go silent: connections stay open, and nothing comes through. */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export interface NetProxy {
  readonly port: number;
  /** From now on nothing is passed on, in neither direction, also of connections made meanwhile. */
  silence(): void;
  /** What was held back is passed on now. */
  resume(): void;
  /** Resets every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export async function netProxy(target: { readonly host: string; readonly port: number }): Promise<NetProxy> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (data) => to.write(data));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (isSilent) from.pause();
      else from.resume();
    }
  });
  const each = (act: (socket: Socket) => unknown): void => {
    for (const socket of sockets) act(socket);
  };
  await listening(server);
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      isSilent = true;
      each((socket) => socket.pause());
    },
    resume: () => {
      isSilent = false;
      each((socket) => socket.resume());
    },
    cut: () => each((socket) => socket.resetAndDestroy()),
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
