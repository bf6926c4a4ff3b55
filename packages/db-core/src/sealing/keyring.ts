import { DbError, isDbError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { parseJson, sameJson } from "../json.ts";
import type { Json } from "../json.ts";
import type { Binding } from "./binding.ts";
import { parseSealKey } from "./seal-key.ts";
import type { SealKey } from "./seal-key.ts";
import type { Slot } from "./slot.ts";
import { decodeSealed, isLaterVersion } from "./sealed-text.ts";

/**
 * The keys for secrets at rest, each 32 random bytes as base64 or hex (`openssl rand -base64 32`), or as bytes.
 * With `previous` keys alone what is sealed opens, and `rekey` unseals it.
 */
export interface SealOptions {
  /** Secrets are sealed under this one. */
  readonly key?: string | Uint8Array;
  /** What is still sealed under one of these opens as well. */
  readonly previous?: readonly (string | Uint8Array)[];
}

/** All keys that this node was given. */
export class Keyring {
  readonly key: SealKey | undefined;
  readonly #keys: ReadonlyMap<string, SealKey>;

  /** `label` names the options in an error. Without options: no key at all. */
  constructor(options: SealOptions | undefined, label = "seal") {
    const { key, previous = [] } = options ?? {};
    if (!Array.isArray(previous))
      throw new DbError("invalid", `${label}.previous: it must be a list of keys`);
    if (options !== undefined && key === undefined && previous.length === 0) {
      // Whoever writes a seal block does not mean to store secrets in the clear.
      throw new DbError("invalid", `${label}: it has no key: give one, or leave ${label} out`);
    }
    this.key = key === undefined ? undefined : parseSealKey(key, `${label}.key`);
    const others = previous.map((one: unknown, i) => parseSealKey(one, `${label}.previous[${i}]`));
    const all = this.key === undefined ? others : [this.key, ...others];
    this.#keys = new Map(all.map((one) => [one.id, one]));
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  get(id: string): SealKey | undefined {
    return this.#keys.get(id);
  }

  /** What was sealed there. `no-key`, `wrong-key`, `corrupt`, or `newer-schema`, each saying what would not open. */
  open(sealed: Json, binding: Binding): Json {
    if (typeof sealed === "string" && isLaterVersion(sealed)) {
      throw failure("newer-schema", binding, "was sealed by a later release; upgrade this one");
    }
    const parts = typeof sealed === "string" ? decodeSealed(sealed) : undefined;
    if (parts === undefined) throw damaged(binding);
    const key = this.#keys.get(parts.keyId);
    if (key === undefined) throw this.lacks(parts.keyId, binding);
    const plain = key.open(parts, binding.context);
    if (plain === undefined) throw damaged(binding);
    return parseJson(plain);
  }

  /** Are these the same secret, in whatever form each of them is? Cannot tell is no. */
  isSame(a: Slot, b: Slot, binding: Binding): boolean {
    if (a.clear === undefined && b.clear === undefined && sameJson(a.sealed, b.sealed)) return true;
    const [left, right] = [this.reveal(a, binding), this.reveal(b, binding)];
    return left !== undefined && right !== undefined && sameJson(left, right);
  }

  /** `undefined` where there is none, or it does not open. */
  reveal({ clear, sealed }: Slot, binding: Binding): Json | undefined {
    if (clear !== undefined || sealed === undefined) return clear;
    try {
      return this.open(sealed, binding);
    } catch (error) {
      if (isDbError(error)) return undefined;
      throw error;
    }
  }

  /** The error where a key is needed that this node was not given. */
  lacks(keyId: string, binding: Binding): DbError {
    if (this.isEmpty) {
      return failure(
        "no-key",
        binding,
        `cannot be read or written without the seal key ${keyId}; configure it`,
      );
    }
    const what = `needs the seal key ${keyId}, which is not among the configured ones; add it to "previous"`;
    return failure("wrong-key", binding, what);
  }
}

function damaged(binding: Binding): DbError {
  return failure("corrupt", binding, "does not open: it was changed, or copied from elsewhere; set it anew");
}

function failure(code: ErrorCode, { what, clientIds }: Binding, problem: string): DbError {
  return new DbError(code, `${what} ${problem}`, { clientIds });
}
