import { redisConformance } from "./support/redis-conformance.ts";

redisConformance({ db: 7, index_prefix: "my [hub]*?" });
