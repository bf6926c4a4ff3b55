/** The clients of all contenders: the size that a hub's have. */
import type { ClientDraft } from "@hivemind/db-core";
import type { Entry } from "./contender.ts";

export const HOT = 1000;
/** As many does one commit of an import hold, all of them or none: here as by hand. */
export const BATCH = 1000;

export function keyOf(id: number): string {
  return id.toString(16).padStart(32, "0");
}

export function draft(id: number): ClientDraft {
  return {
    accessKey: keyOf(id),
    password: keyOf(id * 7919),
    name: `HiveMind-Node-${id}`,
    allowedTypes: ["recognizer_loop:utterance", "speak", "recognizer_loop:record_begin"],
    skillBlacklist: ["skill-alarm.openvoiceos"],
    metadata: { room: "kitchen", site: id },
  };
}

export function* drafts(from: number, count: number): Generator<ClientDraft> {
  for (let id = from; id < from + count; id += 1) yield draft(id);
}

/** As it is stored. */
export function recordOf(id: number): Record<string, unknown> {
  const { accessKey, password, name, allowedTypes, skillBlacklist, metadata } = draft(id);
  return {
    client_id: id,
    api_key: accessKey,
    name,
    description: "",
    is_admin: false,
    last_seen: -1,
    allowed_types: allowedTypes,
    crypto_key: null,
    password,
    can_broadcast: true,
    can_escalate: true,
    can_propagate: true,
    metadata: { ...metadata, skill_blacklist: skillBlacklist },
  };
}

/** As an alternative keeps them. */
export function entries(from: number, count: number): readonly Entry[] {
  return Array.from({ length: count }, (_, i) => ({ key: keyOf(from + i), value: recordOf(from + i) }));
}

/** Goes through ids in an order that no cache likes, and always the same. */
export function walk(count: number): () => number {
  let at = 0;
  return () => {
    at = (at + 7919) % count;
    return at + 1;
  };
}
