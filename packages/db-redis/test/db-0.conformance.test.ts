import { redisConformance } from "./support/redis-conformance.ts";
import { oneServer, serverToEmpty } from "./support/topologies.ts";

/** CI has the newest Redis beside it, and names it here: a server that holds nothing else. */
const service = process.env["HIVEMIND_REDIS_TO_EMPTY"];

redisConformance({}, () => (service === undefined ? oneServer(0) : serverToEmpty(service)));
