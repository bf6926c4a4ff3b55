import { join } from "node:path";
import { temporaryFolder, writeTree } from "./temporary-folder.ts";

export const SECRET = "hunter2-hunter2";

/** The path of a `server.json` with this content. */
export async function configFile(content: string | Uint8Array | object): Promise<string> {
  const folder = await temporaryFolder();
  await writeTree(folder, { "server.json": content });
  return join(folder, "server.json");
}
