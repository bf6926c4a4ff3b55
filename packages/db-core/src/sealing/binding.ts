/** What a sealed text belongs to: copied to anywhere else, it does not open there. */
import type { ClientId } from "../client.ts";

export interface Binding {
  /** Authenticated together with the text. The same in every copy of the store. */
  readonly context: string;
  /** For an error: `the password of client 5`. */
  readonly what: string;
  readonly clientIds: readonly ClientId[];
}

export function clientBinding(id: ClientId, field: string, label: string): Binding {
  return new ClientBinding(id, field, label);
}

/** Its texts are made where somebody asks; a class, since getters of an object literal cost more than the texts. */
class ClientBinding implements Binding {
  readonly #id: ClientId;
  readonly #field: string;
  readonly #label: string;

  constructor(id: ClientId, field: string, label: string) {
    this.#id = id;
    this.#field = field;
    this.#label = label;
  }

  get context(): string {
    return contextOf("client", this.#id, this.#field);
  }

  get what(): string {
    return `the ${this.#label} of client ${this.#id}`;
  }

  get clientIds(): readonly ClientId[] {
    return [this.#id];
  }
}

export function stateBinding(scope: string, key: string): Binding {
  const what = `the secret state entry ${JSON.stringify(key)} in the scope ${JSON.stringify(scope)}`;
  return { context: contextOf("state", scope, key), what, clientIds: [] };
}

function contextOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(["hivemind-db", "v1", ...parts]);
}
