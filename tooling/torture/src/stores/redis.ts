/** A store on a server of its own, which persists nothing: what it is tried with here are its clients. */
import { startRedis } from "../../../redis/src/main.ts";
import type { Store } from "./store.ts";

const PACKAGE = "@hivemind/db-redis";

export async function redisStore(): Promise<Store> {
  const server = await startRedis();
  return {
    subject: "redis",
    place: {
      module: import.meta.resolve(PACKAGE),
      name: PACKAGE,
      options: { host: server.host, port: server.port },
      env: {},
    },
    dispose: () => server.stop(),
  };
}
