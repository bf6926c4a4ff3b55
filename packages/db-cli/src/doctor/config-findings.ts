/** What can be wrong with the config, and with the files that it says secrets are in. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { maskConfig, stringifyJson } from "@hivemind/db-core";
import type { Finding, Json, JsonObject, NodeConfig } from "@hivemind/db-core";
import { isJsonObject, isReadableByOthers } from "@hivemind/db-core/backend";
import { finding } from "./finding.ts";

const OTHERS_CAN_WRITE = 0o022;

export function* configFindings(config: NodeConfig, secretOptions: readonly string[]): Generator<Finding> {
  const { path, exists, document, folder } = config;
  if (!exists) {
    const message = `There is no ${path}, so every option has its default. Make one: hivemind-db init`;
    yield finding("no-config", "info", message);
    return;
  }
  const holdsSecrets = stringifyJson(maskConfig(document, secretOptions)) !== stringifyJson(document);
  yield* fileFindings(path, holdsSecrets);
  for (const named of secretFiles(document["database"] ?? null))
    yield* secretFileFindings(resolve(folder, named));
}

/** Who can write the config decides which code a node loads. */
function* fileFindings(path: string, holdsSecrets: boolean): Generator<Finding> {
  const mode = modeOf(path);
  if (mode === undefined) return;
  if ((mode & OTHERS_CAN_WRITE) !== 0) {
    const message = `Others than its owner can change ${path}, and with it which code the node loads. Run: chmod go-w '${path}'`;
    yield finding("config-writable-by-others", "error", message);
  }
  if (holdsSecrets && isReadableByOthers(path)) {
    const message = `${path} holds secrets, and others than its owner can read it. Run: chmod 600 '${path}'`;
    yield finding("config-readable-by-others", "warning", message);
  }
}

function* secretFileFindings(path: string): Generator<Finding> {
  if (!isReadableByOthers(path)) return;
  const message = `${path} holds a secret, and others than its owner can read it. Run: chmod 600 '${path}'`;
  yield finding("secret-readable-by-others", "warning", message);
}

/** `password_file`, `ssl_keyfile`: what would be masked without that ending. */
function secretFiles(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => secretFiles(item));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    if (typeof item !== "string") return secretFiles(item);
    const secret = /^(.*?)_?files?$/i.exec(name)?.[1];
    return secret !== undefined && isSecretName(secret) ? [item] : [];
  });
}

function isSecretName(name: string): boolean {
  const shown: JsonObject = maskConfig({ [name]: "x" });
  return shown[name] !== "x";
}

/** `undefined` where there is none, or it cannot be looked at: opening the store says why that matters. */
function modeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mode;
  } catch {
    return undefined;
  }
}
