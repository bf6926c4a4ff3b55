import { redisConformance } from "./support/redis-conformance.ts";
import { tlsAndAcl } from "./support/topologies.ts";

redisConformance({}, tlsAndAcl);
