/** What can be wrong with the secrets of a sealed store. */
import type { Backend, Finding } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import type { ClientId } from "../client.ts";
import { isDbError } from "../errors.ts";
import { stateBinding } from "./binding.ts";
import type { Keyring } from "./keyring.ts";
import { secretSlots } from "./record-secrets.ts";
import type { SecretSlot } from "./record-secrets.ts";
import { keyIdOf } from "./sealed-text.ts";
import { entrySlot, isSecretEntry } from "./secret-state.ts";
import { readStoreKey } from "./store-key.ts";

export async function* verifySealing(backend: Backend, keyring: Keyring): AsyncGenerator<Finding> {
  const storeKey = await readStoreKey(backend);
  if (storeKey === null) return;
  const inTheClear = new Set<ClientId>();
  const underOthers = new Set<ClientId>();
  for await (const page of backend.list()) {
    for (const { record } of page) {
      if (record === undefined || isTombstone(record)) continue;
      for (const secret of secretSlots(record)) {
        if (secret.slot.clear !== undefined) inTheClear.add(record.client_id);
        else if (keyIdOf(secret.slot.sealed) !== storeKey) underOthers.add(record.client_id);
        yield* damage(secret, keyring);
      }
    }
  }
  const state = { inTheClear: 0, underOthers: 0 };
  for (const scope of await backend.state.scopes()) {
    for (const [key, text] of await backend.state.list(scope)) {
      if (!isSecretEntry(text)) continue;
      const slot = entrySlot(text);
      if (slot.clear !== undefined) state.inTheClear += 1;
      else if (keyIdOf(slot.sealed) !== storeKey) state.underOthers += 1;
      yield* damage({ slot, binding: stateBinding(scope, key) }, keyring);
    }
  }
  if (inTheClear.size + state.inTheClear > 0) {
    yield finding("secret-in-the-clear", [...inTheClear], state.inTheClear, "in the clear in a sealed store");
  }
  if (underOthers.size + state.underOthers > 0) {
    yield finding(
      "sealed-under-another-key",
      [...underOthers],
      state.underOthers,
      `not sealed under ${storeKey}`,
    );
  }
}

/** Without its key nobody can say whether it opens. */
function* damage({ slot, binding }: SecretSlot, keyring: Keyring): Generator<Finding> {
  if (slot.clear !== undefined || slot.sealed === undefined) return;
  try {
    keyring.open(slot.sealed, binding);
  } catch (error) {
    if (!isDbError(error)) throw error;
    if (error.code !== "corrupt") return;
    yield {
      code: "sealed-secret-damaged",
      severity: "error",
      message: `${error.message}.`,
      clientIds: binding.clientIds,
      repair: "none",
    };
  }
}

function finding(code: string, clientIds: readonly ClientId[], entries: number, what: string): Finding {
  const whose = [
    ...(clientIds.length === 0 ? [] : [`Secrets of the clients ${clientIds.join(", ")}`]),
    ...(entries === 0 ? [] : [`${clientIds.length === 0 ? "Secret" : "secret"} state entries (${entries})`]),
  ];
  return {
    code,
    severity: "warning",
    message: `${whose.join(" and ")} are ${what}. Run rekey: it seals them under the configured key.`,
    clientIds,
    repair: "none",
  };
}
