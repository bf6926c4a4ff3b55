import { addClient } from "./add-client.ts";
import { backup } from "./backup.ts";
import type { CommandDefinition } from "./definition.ts";
import { convert } from "./convert.ts";
import { certificateCommands } from "./certificate-commands.ts";
import { checkAccessCommand, policyTest } from "./check-access.ts";
import { deleteClient } from "./delete-client.ts";
import { doctor } from "./doctor.ts";
import { flagCommands } from "./flag-commands.ts";
import { health } from "./health.ts";
import { init } from "./init.ts";
import { exportClients } from "./export-clients.ts";
import { importClients } from "./import-clients.ts";
import { listClients } from "./list-clients.ts";
import { listFieldCommands } from "./list-field-commands.ts";
import { migrate } from "./migrate.ts";
import { migrateDb } from "./migrate-db.ts";
import { pinnedKeyCommands } from "./pinned-key-commands.ts";
import { plugins } from "./plugins.ts";
import { policyList } from "./policy-list.ts";
import { printConfig } from "./print-config.ts";
import { rekey } from "./rekey.ts";
import { renameClient } from "./rename-client.ts";
import { restore } from "./restore.ts";
import { rotateKey } from "./rotate-key.ts";
import { rotatePassword } from "./rotate-password.ts";
import { setMetadata } from "./set-metadata.ts";
import { showClient } from "./show-client.ts";

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  init,
  addClient,
  listClients,
  showClient,
  renameClient,
  deleteClient,
  ...listFieldCommands,
  ...flagCommands,
  setMetadata,
  rotateKey,
  rotatePassword,
  ...certificateCommands,
  ...pinnedKeyCommands,
  checkAccessCommand,
  policyList,
  policyTest,
  migrate,
  migrateDb,
  exportClients,
  importClients,
  backup,
  restore,
  rekey,
  convert,
  printConfig,
  plugins,
  health,
  doctor,
];
