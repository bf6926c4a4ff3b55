import { addClient } from "./add-client.ts";
import { backup } from "./backup.ts";
import type { CommandDefinition } from "./definition.ts";
import { convert } from "./convert.ts";
import { deleteClient } from "./delete-client.ts";
import { health } from "./health.ts";
import { listClients } from "./list-clients.ts";
import { migrate } from "./migrate.ts";
import { migrateDb } from "./migrate-db.ts";
import { plugins } from "./plugins.ts";
import { printConfig } from "./print-config.ts";
import { restore } from "./restore.ts";
import { showClient } from "./show-client.ts";

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  addClient,
  listClients,
  showClient,
  deleteClient,
  migrate,
  migrateDb,
  backup,
  restore,
  convert,
  printConfig,
  plugins,
  health,
];
