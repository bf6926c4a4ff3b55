import { redisConformance } from "./support/redis-conformance.ts";
import { sentinels } from "./support/topologies.ts";

redisConformance({}, () => sentinels());
