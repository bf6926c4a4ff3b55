/** What a sealed text belongs to: copied to anywhere else, it does not open there. Most secrets are never sealed. */
import type { ClientId } from "../client.ts";

export interface Binding {
  /** Authenticated together with the text. The same in every copy of the store. */
  readonly context: string;
  /** For an error: `the password of client 5`. */
  readonly what: string;
  readonly clientIds: readonly ClientId[];
}

export function clientBinding(id: ClientId, field: string, label: string): Binding {
  return {
    get context() {
      return contextOf("client", id, field);
    },
    get what() {
      return `the ${label} of client ${id}`;
    },
    clientIds: [id],
  };
}

export function stateBinding(scope: string, key: string): Binding {
  const what = `the secret state entry ${JSON.stringify(key)} in the scope ${JSON.stringify(scope)}`;
  return { context: contextOf("state", scope, key), what, clientIds: [] };
}

function contextOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(["hivemind-db", "v1", ...parts]);
}
