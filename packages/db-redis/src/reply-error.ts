/** What Redis says no with, in our codes. Only the first word of a reply counts: the rest can quote a key. */
import { DbError } from "@hivemind/db-core/backend";
import type { ErrorCode } from "@hivemind/db-core/backend";
import { addressOf, isPort } from "./address.ts";

const REPLIES: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  NOAUTH: ["refused", "it wants a password: set the option password (or password_file)"],
  WRONGPASS: ["refused", "it does not accept this user name and password"],
  NOPERM: ["refused", "this user may not run a command that is needed: see the ACL rule in the README"],
  DENIED: ["refused", "it is in protected mode: give it a password, or a bind address"],
  LOADING: ["unreachable", "it is loading its data; try again when that is done"],
  BUSY: ["unreachable", "a script of somebody else keeps it busy; try again, or end that with SCRIPT KILL"],
  MASTERDOWN: ["unreachable", "it is a replica without its master"],
  CLUSTERDOWN: ["unreachable", "its cluster is down, or has no master for the clients"],
  MOVED: ["invalid", "it is a node of a cluster: name its nodes in cluster_nodes"],
  CROSSSLOT: [
    "unsupported",
    "it is a cluster, and the clients have no hash tag: convert them to a tagged namespace",
  ],
  // It still serves reads: writes stop until an operator has seen to its disk.
  MISCONF: ["read-only", "it cannot save to its disk and takes no writes: see its log for the reason"],
  READONLY: ["read-only", "it is a replica: name the master in the options"],
  NOREPLICAS: ["read-only", "it has too few replicas in reach (min-replicas-to-write) and takes no writes"],
  OOM: ["full", "it has reached maxmemory: give it more, or remove what is not needed"],
  WRONGTYPE: [
    "corrupt",
    "a key of the store holds another type of value: is index_prefix shared with another program?",
  ],
};

/** Before 7.0, what a script was refused for stands behind where in the script. */
const IN_SCRIPT = /^ERR Error running script .*?@user_script: ?\d+: (?:@user_script: ?\d+: )?-?([A-Z]+)/;

/** A script is refused a command in other words than a client is. */
const NO_PERMISSION_IN_SCRIPT = /^ERR (?:The user executing the script|.*-NOPERM|.*acl failure in script)/i;

/** The first word of an error reply. */
export function replyCode(message: string): string {
  if (NO_PERMISSION_IN_SCRIPT.test(message)) return "NOPERM";
  return IN_SCRIPT.exec(message)?.[1] ?? /^[A-Z]+/.exec(message)?.[0] ?? "ERR";
}

export interface Redirection {
  readonly address: string;
  /** MOVED; else ASK, which is of one key and one command. */
  readonly isWholeSlot: boolean;
}

/** Where in the cluster to send it instead. */
export function redirection(message: string): Redirection | undefined {
  const [, word, address] = /^(MOVED|ASK) \d+ (\S+:\d+)$/.exec(message) ?? [];
  return address === undefined ? undefined : { address, isWholeSlot: word === "MOVED" };
}

/**
 * The reply, with the host of whoever said it where it names none: the node then means its own (Redis 7, a node that
 * does not know its address). `undefined`: a redirection to no place that can be.
 */
export function completed(message: string, host: string): string | undefined {
  const [, word, said = "", port] = /^((?:MOVED|ASK)(?= |$))(?: \d+ (\S*):(\d+)$)?/.exec(message) ?? [];
  if (word === undefined) return message;
  if (port === undefined || !isPort(Number(port))) return undefined;
  return said === "" ? message.replace(/ :\d+$/, ` ${addressOf({ host, port: Number(port) })}`) : message;
}

/** A script met a key that has been moved to another node. What it had written until then is written. */
export function isTornApart(message: string): boolean {
  return /non local key|non-local key/i.test(message);
}

/** The error for a reply that says no: the command has not been run. */
export function replyError(message: string, location: string): DbError {
  const word = replyCode(message);
  const known = REPLIES[word];
  const [code, reason] = known ?? ["corrupt", `it answered ${word} to a command of ours`];
  // A cause of our own: the driver's error carries the arguments of the command, secrets included.
  return new DbError(code, `redis at ${location}: ${reason}`, {
    cause: new Error(`the server answered ${word}`),
  });
}
