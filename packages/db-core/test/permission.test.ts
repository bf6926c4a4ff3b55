import { describe, expect, test } from "vitest";
import type { Client } from "../src/client.ts";
import { checkPermission } from "../src/permission.ts";
import type { Permission } from "../src/permission.ts";

const nobody: Client = {
  id: 7,
  name: "",
  description: "",
  isAdmin: false,
  lastSeen: null,
  allowedTypes: [],
  canBroadcast: false,
  canEscalate: false,
  canPropagate: false,
  skillBlacklist: [],
  intentBlacklist: [],
  metadata: {},
  revoked: false,
};
const trusted: Client = {
  ...nobody,
  allowedTypes: ["speak", "recognizer_loop:utterance"],
  canBroadcast: true,
  canEscalate: true,
  canPropagate: true,
};
const admin: Client = { ...nobody, isAdmin: true };
const restricted: Client = { ...trusted, skillBlacklist: ["camera"], intentBlacklist: ["weather:forecast"] };

const speak: Permission = { do: "send", messageType: "speak" };
const everything: readonly Permission[] = [
  speak,
  { do: "escalate" },
  { do: "propagate" },
  { do: "broadcast" },
  { do: "use-skill", skillId: "camera" },
  { do: "use-intent", intentId: "weather:forecast" },
];

describe("what is allowed", () => {
  test.each(everything)("a trusted client: %j", (permission) => {
    expect(checkPermission(trusted, permission)).toEqual({ allowed: true, client: trusted });
  });

  test("a skill or an intent that is not on the list", () => {
    expect(checkPermission(restricted, { do: "use-skill", skillId: "Camera" }).allowed).toBe(true);
    expect(checkPermission(restricted, { do: "use-intent", intentId: "weather" }).allowed).toBe(true);
  });
});

describe("what is denied", () => {
  test.each<[Permission, string]>([
    [speak, "type-not-allowed"],
    [{ do: "escalate" }, "escalate-not-allowed"],
    [{ do: "propagate" }, "propagate-not-allowed"],
    [{ do: "broadcast" }, "broadcast-not-allowed"],
  ])("a client without the permission, admins included: %j", (permission, reason) => {
    for (const client of [nobody, admin]) {
      expect(checkPermission(client, permission)).toEqual({ allowed: false, reason, clientIds: [7] });
    }
  });

  test.each(["Speak", "speak ", "spea", "", "*", "recognizer_loop", "toString"])(
    "the message type %j",
    (messageType) => {
      expect(checkPermission(trusted, { do: "send", messageType })).toMatchObject({
        reason: "type-not-allowed",
      });
    },
  );

  test("a blacklisted skill and a blacklisted intent", () => {
    expect(checkPermission(restricted, { do: "use-skill", skillId: "camera" })).toMatchObject({
      reason: "skill-blacklisted",
    });
    expect(checkPermission(restricted, { do: "use-intent", intentId: "weather:forecast" })).toMatchObject({
      reason: "intent-blacklisted",
    });
  });

  test.each(everything)("a revoked client, whatever it could do before: %j", (permission) => {
    const revoked = { ...trusted, isAdmin: true, revoked: true };

    expect(checkPermission(revoked, permission)).toEqual({
      allowed: false,
      reason: "revoked",
      clientIds: [7],
    });
  });
});

test("a permission that does not exist is a mistake of the caller", () => {
  expect(() => checkPermission(trusted, { do: "fly" } as unknown as Permission)).toThrow(TypeError);
});
