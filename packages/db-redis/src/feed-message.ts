/** What a message of the tracking connection means. */
import { REVOKED_KEY } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import type { KeyFamily, Keyspace } from "./keyspace.ts";

export interface FeedMessage {
  /** Changed for certain. */
  readonly changed: readonly ClientId[];
  /**
   * The record was written, and nothing says what for: a Python hub's last-seen, or a program that knows no
   * index.
   */
  readonly unclear: readonly ClientId[];
  /** Written by a touch of ours, and perhaps by somebody else in the same moment. */
  readonly touched: readonly ClientId[];
  readonly all: boolean;
  /** Somebody was revoked, or is no more: those that changed tell who. */
  readonly revocations: boolean;
}

const LOOK_UPS: readonly KeyFamily[] = ["name", "api_key", "hivemind:fingerprint"];

/**
 * Every writer sets `P:idx:<id>` in the same step as the record, also where nothing in it changes, and so the
 * two are in one message; a last-seen leaves it alone. A touch of ours comes with its marker.
 */
export function readFeedMessage(keys: Keyspace, message: readonly string[]): FeedMessage {
  const [written, changed, touched] = [new Set<ClientId>(), new Set<ClientId>(), new Set<ClientId>()];
  let [hasLookUp, isNameless] = [false, false];
  const took = (ids: Set<ClientId>, family: KeyFamily, key: string): boolean => {
    const id = keys.id(family, key);
    if (id !== undefined) ids.add(id);
    return id !== undefined;
  };
  for (const key of message) {
    if (took(changed, "idx", key) || took(written, "client", key) || took(touched, "hivemind:touched", key))
      continue;
    if (keys.member("client", key) !== undefined) isNameless = true;
    else if (key === keys.revoked || LOOK_UPS.some((family) => keys.member(family, key) !== undefined))
      hasLookUp = true;
  }
  // Somebody who got another key in the same moment: a touch never comes with a look-up.
  const isTouch = (id: ClientId): boolean => touched.has(id) && !hasLookUp;
  return {
    changed: [...changed],
    unclear: [...written].filter((id) => !changed.has(id) && !isTouch(id)),
    touched: [...touched].filter((id) => !changed.has(id) && isTouch(id)),
    revocations: message.includes(keys.accessKey(REVOKED_KEY)),
    // A set on its own: somebody puts the look-ups in order, and nobody says whose. Or a record that has no
    // id.
    all: isNameless || (hasLookUp && changed.size === 0),
  };
}
