/** What comes after a command that failed. */
import { DbError, isDbError } from "@hivemind/db-core/backend";
import { isTornApart, redirection, replyCode, replyError } from "./reply-error.ts";
import type { Redirection } from "./reply-error.ts";
import type { Route } from "./route.ts";
import { isReply, LostConnection, NotSent } from "./server-link.ts";

/** It is a failure; or the same again in a moment, or where the master is found to be, or there. */
export type Next = "fail" | "wait" | "look" | Redirection;

export interface Routing {
  readonly writes?: boolean;
  /** Goes on to where a key is already that is being moved: for commands of one key, which is here or there. */
  readonly follows?: boolean;
  /** How long it waits for the end of a move of the clients; absent: as long as a call may take. */
  readonly patienceMs?: number;
}

/** The clients are just being moved to another node, and a command of several keys finds them at neither; it did nothing. */
export class SlotMoving extends DbError {
  constructor(location: string) {
    super(
      "unreachable",
      `redis at ${location}: its cluster is just moving the clients to another node, and this has to wait for the end of that; try again`,
    );
  }
}

/** A command is sent again only where it has changed nothing. */
export function afterFailure(error: unknown, topology: Route["kind"], routing: Routing): Next {
  if (isReply(error)) return topology === "single" ? "fail" : afterReply(error.message, topology, routing);
  if (error instanceof LostConnection) return "look";
  return error instanceof NotSent && topology !== "single" ? "look" : "fail";
}

function afterReply(message: string, topology: Route["kind"], { writes, follows }: Routing): Next {
  const code = replyCode(message);
  // A master that has been replaced, and now is a replica.
  if (topology === "sentinel") return code === "READONLY" || code === "MASTERDOWN" ? "look" : "fail";
  if (isTornApart(message)) return writes === true ? "fail" : "wait";
  const elsewhere = redirection(message);
  if (elsewhere !== undefined) return elsewhere.isWholeSlot || follows === true ? elsewhere : "wait";
  if (code === "CLUSTERDOWN") return "look";
  return code === "TRYAGAIN" ? "wait" : "fail";
}

/** The error for the caller. */
export function failure(
  error: unknown,
  { location, topology }: { readonly location: string; readonly topology: Route["kind"] },
  { writes }: Routing,
): unknown {
  if (!isReply(error)) return error;
  // After a failover some still name the one that was the master.
  if (topology === "cluster" && replyCode(error.message) === "MOVED") {
    return new DbError(
      "unreachable",
      `redis at ${location}: the nodes of its cluster do not agree yet on who has the clients; try again`,
    );
  }
  const isTorn = isTornApart(error.message);
  if (["TRYAGAIN", "ASK"].includes(replyCode(error.message)) || (isTorn && writes !== true))
    return new SlotMoving(location);
  if (!isTorn) return replyError(error.message, location);
  return new DbError(
    "unconfirmed",
    `redis at ${location}: its cluster is just moving the clients to another node, and the write may have happened: look, or repeat an insert with its token`,
  );
}

/** Where the master may be another one by now, that is worth a look, also where nothing is sent again. */
export function isWorthALook(error: unknown): boolean {
  return isDbError(error) && error.code === "unconfirmed";
}
