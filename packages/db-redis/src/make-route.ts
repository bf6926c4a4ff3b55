import { ClusterRoute } from "./cluster-route.ts";
import type { RedisOptions } from "./options.ts";
import type { Route } from "./route.ts";
import { SingleRoute } from "./route.ts";
import { ServerLink } from "./server-link.ts";

/** To where the options say. Nothing is connected yet. */
export function makeRoute(options: RedisOptions): Route {
  const { clusterNodes } = options;
  return clusterNodes === undefined
    ? new SingleRoute(new ServerLink(options))
    : new ClusterRoute(options, clusterNodes);
}
