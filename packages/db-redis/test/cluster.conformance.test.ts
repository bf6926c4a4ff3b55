import { clusterConformance } from "./support/cluster-conformance.ts";

clusterConformance({ cluster_hash_tag: "clients" });
