import { lstat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stripCommentLines } from "../backend/comments.ts";
import { DbError } from "../errors.ts";
import { isJsonObject, JsonSyntaxError, parseJson } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NodeConfig } from "./config.ts";
import { configNumber, databaseConfig } from "./config-document.ts";
import { syntaxErrorLine } from "./json-syntax.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { maskConfig } from "./mask.ts";
import { readSmallText, systemCode, whyUnreadable } from "./small-file.ts";
import { configFolder } from "./xdg.ts";

/** Far more than any config has; little enough to be read in no noticeable time. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

const DEFAULT_MIN_PASSWORD_BITS = 40;

/**
 * Reads a node's config, by default `$XDG_CONFIG_HOME/hivemind-core/server.json`. No such file: `exists` is
 * false and all is at its default. A file that cannot be understood is `invalid`, one that this user may not
 * read `refused`; neither error quotes the file, which holds passwords.
 */
export async function readConfig(path: string = join(configFolder(), "server.json")): Promise<NodeConfig> {
  const absolute = resolve(path);
  const text = await readText(absolute);
  const document = text === undefined ? {} : parseDocument(text, absolute);
  const lastSeen = configNumber(document, "last_seen_update_interval", absolute);
  const config: NodeConfig = {
    path: absolute,
    exists: text !== undefined,
    folder: dirname(absolute),
    document,
    database: hideSecrets(databaseConfig(document["database"], absolute), ({ module, blocks }) => ({
      module,
      blocks: Object.keys(blocks),
    })),
    ...(lastSeen === undefined ? {} : { lastSeenUpdateInterval: lastSeen }),
    minPasswordBits: configNumber(document, "min_password_bits", absolute) ?? DEFAULT_MIN_PASSWORD_BITS,
  };
  return hideSecrets(config, (shown) => ({ ...shown, document: maskConfig(shown.document) }));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readSmallText(path, MAX_CONFIG_BYTES);
  } catch (error) {
    const code = systemCode(error);
    // A link that leads nowhere is an unmounted volume or a mistake, not the wish for defaults.
    if (code === "ENOENT" && !(await exists(path))) return undefined;
    const message = `cannot read the config ${path}: ${whyUnreadable(error)}`;
    const refused = code === "EACCES" || code === "EPERM";
    throw new DbError(refused ? "refused" : "invalid", message, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function parseDocument(text: string, path: string): JsonObject {
  const json = stripCommentLines(text);
  let document: Json;
  try {
    document = parseJson(json);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const line = syntaxErrorLine(json);
    const where = line === undefined ? path : `${path}, line ${line}`;
    throw new DbError("invalid", `the config ${where}: ${error.message}`);
  }
  if (isJsonObject(document)) return document;
  throw new DbError("invalid", `the config ${path} is not a JSON object: { ... }`);
}
