/** Which file a command is in. A file is loaded for its own command, and all of them where help is needed. */
import type { CommandDefinition } from "./definition.ts";

export interface CommandFile {
  readonly names: readonly string[];
  readonly load: () => Promise<readonly CommandDefinition[]>;
}

/** In the order of the help. */
export const COMMAND_FILES: readonly CommandFile[] = [
  { names: ["init"], load: async () => [(await import("./init.ts")).init] },
  { names: ["add-client"], load: async () => [(await import("./add-client.ts")).addClient] },
  { names: ["list-clients"], load: async () => [(await import("./list-clients.ts")).listClients] },
  { names: ["show-client"], load: async () => [(await import("./show-client.ts")).showClient] },
  { names: ["rename-client"], load: async () => [(await import("./rename-client.ts")).renameClient] },
  { names: ["delete-client"], load: async () => [(await import("./delete-client.ts")).deleteClient] },
  {
    names: [
      "allow-msg",
      "blacklist-msg",
      "blacklist-skill",
      "allow-skill",
      "blacklist-intent",
      "allow-intent",
    ],
    load: async () => (await import("./list-field-commands.ts")).listFieldCommands,
  },
  {
    names: [
      "make-admin",
      "revoke-admin",
      "allow-escalate",
      "blacklist-escalate",
      "allow-propagate",
      "blacklist-propagate",
      "allow-broadcast",
      "blacklist-broadcast",
    ],
    load: async () => (await import("./flag-commands.ts")).flagCommands,
  },
  { names: ["set-metadata"], load: async () => [(await import("./set-metadata.ts")).setMetadata] },
  { names: ["rotate-key"], load: async () => [(await import("./rotate-key.ts")).rotateKey] },
  { names: ["rotate-password"], load: async () => [(await import("./rotate-password.ts")).rotatePassword] },
  {
    names: ["add-certificate", "remove-certificate", "list-certificates"],
    load: async () => (await import("./certificate-commands.ts")).certificateCommands,
  },
  {
    names: ["pinned-keys", "pin-key", "clear-pinned-key"],
    load: async () => (await import("./pinned-key-commands.ts")).pinnedKeyCommands,
  },
  { names: ["check-access"], load: async () => [(await import("./check-access.ts")).checkAccessCommand] },
  { names: ["policy list"], load: async () => [(await import("./policy-list.ts")).policyList] },
  { names: ["policy test"], load: async () => [(await import("./check-access.ts")).policyTest] },
  { names: ["migrate"], load: async () => [(await import("./migrate.ts")).migrate] },
  { names: ["migrate-db"], load: async () => [(await import("./migrate-db.ts")).migrateDb] },
  { names: ["export-clients"], load: async () => [(await import("./export-clients.ts")).exportClients] },
  { names: ["import-clients"], load: async () => [(await import("./import-clients.ts")).importClients] },
  { names: ["backup"], load: async () => [(await import("./backup.ts")).backup] },
  { names: ["restore"], load: async () => [(await import("./restore.ts")).restore] },
  { names: ["rekey"], load: async () => [(await import("./rekey.ts")).rekey] },
  { names: ["convert"], load: async () => [(await import("./convert.ts")).convert] },
  { names: ["print-config"], load: async () => [(await import("./print-config.ts")).printConfig] },
  { names: ["plugins"], load: async () => [(await import("./plugins.ts")).plugins] },
  { names: ["health"], load: async () => [(await import("./health.ts")).health] },
  { names: ["doctor"], load: async () => [(await import("./doctor.ts")).doctor] },
];

/** Those that begin with this word, or all where none does. */
export async function loadCommands(word?: string): Promise<readonly CommandDefinition[]> {
  const named = COMMAND_FILES.filter(({ names }) => names.some((name) => name.split(" ")[0] === word));
  const loaded = await Promise.all((named.length > 0 ? named : COMMAND_FILES).map((file) => file.load()));
  return loaded.flat();
}
