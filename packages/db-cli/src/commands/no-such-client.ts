import { DbError } from "@hivemind/db-core";
import type { ClientId } from "@hivemind/db-core";

export function noSuchClient(id: ClientId): DbError {
  return new DbError("no-such-client", `there is no client ${id}: see \`hivemind-db list-clients --all\``, {
    clientIds: [id],
  });
}
