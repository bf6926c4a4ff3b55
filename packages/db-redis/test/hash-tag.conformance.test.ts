import { redisConformance } from "./support/redis-conformance.ts";

redisConformance({ cluster_hash_tag: "clients" });
