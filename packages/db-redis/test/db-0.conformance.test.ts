import { redisConformance } from "./support/redis-conformance.ts";

redisConformance({});
