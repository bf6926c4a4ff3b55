import type { InstalledPlugin, JsonObject } from "@hivemind/db-core";
import { EXIT } from "../exit-codes.ts";
import { escapeText } from "../output/escape.ts";
import type { Row } from "../output/table.ts";
import type { CommandDefinition } from "./definition.ts";

export const plugins: CommandDefinition = {
  name: "plugins",
  summary: "list the backends that are installed",
  examples: ["hivemind-db plugins"],
  async run({ session, output }) {
    const found = await session.plugins();
    if (output.json) await output.value(found.map(pluginJson));
    else if (found.length > 0)
      await output.table([HEADER, ...found.map(row)], (index) => (index === 0 ? "bold" : undefined));
    else output.say((await session.whyNoBackend()) ?? "No backend is installed.");
    return EXIT.ok;
  },
};

const HEADER: Row = ["NAME", "VERSION", "CAN", "FOLDER", "PROBLEM"];

function row({ name, version, capabilities, folder, problem }: InstalledPlugin): Row {
  const can = Object.entries(capabilities ?? {}).filter(([, able]) => able);
  return [name, version, can.map(([what]) => what).join(" "), folder, problem ?? ""].map(escapeText);
}

function pluginJson({
  name,
  version,
  apiVersion,
  capabilities,
  folder,
  problem,
}: InstalledPlugin): JsonObject {
  return {
    name,
    version,
    apiVersion: apiVersion ?? null,
    capabilities: capabilities === undefined ? null : { ...capabilities },
    folder,
    problem: problem ?? null,
  };
}
