import { redisConformance } from "./support/redis-conformance.ts";

redisConformance({ index_prefix: "my [hub]*?" });
