import { isJsonObject, OWN_METADATA, sameJson } from "@hivemind/db-core/backend";
import type { Json, StoredRecord } from "@hivemind/db-core/backend";

/** One that was in the clear. What was sealed stays readable for whoever has the key, wherever it is. */
export function losesSecret(now: StoredRecord, next: StoredRecord): boolean {
  const [before, after] = [secretsOf(now), secretsOf(next)];
  return before.some((secret, i) => secret !== null && !sameJson(secret, after[i]));
}

function secretsOf({
  password = null,
  crypto_key: cryptoKey = null,
  metadata,
}: StoredRecord): readonly Json[] {
  const own = isJsonObject(metadata) ? metadata[OWN_METADATA] : undefined;
  return [password, cryptoKey, isJsonObject(own) ? (own["secret_metadata"] ?? null) : null];
}
