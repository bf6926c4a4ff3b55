/** Starts a server, says where it runs, and never ends by itself. */
import { startRedis } from "../src/main.ts";

const { pid, port, folder } = await startRedis();
process.send?.({ pid, port, folder });
setInterval(() => undefined, 60_000);
