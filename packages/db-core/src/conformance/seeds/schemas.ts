/** The same clients as a schema-1 and as a schema-2 hub writes them, and what they mean. */
import type { Client } from "../../client.ts";
import { recordText } from "../bed/records.ts";
import type { Seed } from "../suite.ts";

const satellite = {
  api_key: "satellite-key",
  name: "kitchen",
  description: "ReSpeaker 2-mic",
  last_seen: 1755264536.482113,
  allowed_types: ["speak", "recognizer_loop:utterance"],
  crypto_key: "f46351c54f61a715",
  password: "correct horse",
};
const guest = { api_key: "guest-key", can_broadcast: false, can_escalate: false, can_propagate: false };
const operator = { api_key: "operator-key", is_admin: true, allowed_types: ["speak"] };
const revoked = { api_key: "revoked" };

const lists = (intents: unknown, skills: unknown, messages: unknown) => ({
  intent_blacklist: intents,
  skill_blacklist: skills,
  message_blacklist: messages,
});
const none = lists([], null, []);

export const SCHEMA_1: Seed = {
  schema: 1,
  records: [
    ["1", recordText(1, { ...satellite, ...none })],
    ["2", recordText(2, { ...guest, ...lists(["weather"], ["alarm", "timer"], ["shutdown"]) })],
    // What metadata says already wins over the list beside it.
    [
      "3",
      recordText(3, {
        ...operator,
        ...lists([], ["old"], []),
        metadata: { skill_blacklist: ["new"], role: "op" },
      }),
    ],
    ["4", recordText(4, { ...revoked, ...none })],
    // Not next in line, so that the highest id is not the number of records.
    ["9", recordText(9, { api_key: "plain-key", ...none })],
  ],
};

export const SCHEMA_2: Seed = {
  schema: 2,
  records: [
    ["1", recordText(1, satellite)],
    [
      "2",
      recordText(2, {
        ...guest,
        metadata: { intent_blacklist: ["weather"], skill_blacklist: ["alarm", "timer"] },
      }),
    ],
    ["3", recordText(3, { ...operator, metadata: { skill_blacklist: ["new"], role: "op" } })],
    ["4", recordText(4, revoked)],
    ["9", recordText(9, { api_key: "plain-key" })],
  ],
};

const blank: Client = {
  id: 0,
  name: "",
  description: "",
  isAdmin: false,
  lastSeen: null,
  allowedTypes: [],
  canBroadcast: true,
  canEscalate: true,
  canPropagate: true,
  skillBlacklist: [],
  intentBlacklist: [],
  metadata: {},
  revoked: false,
};

export const CLIENTS: readonly Client[] = [
  {
    ...blank,
    id: 1,
    name: "kitchen",
    description: "ReSpeaker 2-mic",
    lastSeen: 1755264536.482113,
    allowedTypes: ["speak", "recognizer_loop:utterance"],
  },
  {
    ...blank,
    id: 2,
    canBroadcast: false,
    canEscalate: false,
    canPropagate: false,
    intentBlacklist: ["weather"],
    skillBlacklist: ["alarm", "timer"],
  },
  {
    ...blank,
    id: 3,
    isAdmin: true,
    allowedTypes: ["speak"],
    skillBlacklist: ["new"],
    metadata: { role: "op" },
  },
  { ...blank, id: 4, revoked: true },
  { ...blank, id: 9 },
];
