import { redisConformance } from "./support/redis-conformance.ts";

// Secrets are sealed here too: one server does for all three.
redisConformance({ db: 7, index_prefix: "my [hub]*?" }, undefined, { seal: { key: "5e".repeat(32) } });
