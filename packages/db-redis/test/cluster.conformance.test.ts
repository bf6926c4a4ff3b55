import { redisConformance } from "./support/redis-conformance.ts";
import { cluster } from "./support/topologies.ts";

redisConformance({ cluster_hash_tag: "clients" }, cluster);
