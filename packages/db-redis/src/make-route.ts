import { ClusterRoute } from "./cluster-route.ts";
import type { ReadyOptions } from "./certificates.ts";
import type { Route } from "./route.ts";
import { SingleRoute } from "./route.ts";
import { SentinelRoute } from "./sentinel-route.ts";
import { ServerLink } from "./server-link.ts";

/** To where the options say. Nothing is connected yet. */
export function makeRoute(options: ReadyOptions): Route {
  const { clusterNodes, sentinels } = options;
  if (clusterNodes !== undefined) return new ClusterRoute(options, clusterNodes);
  return sentinels === undefined
    ? new SingleRoute(new ServerLink(options))
    : new SentinelRoute(options, sentinels);
}
