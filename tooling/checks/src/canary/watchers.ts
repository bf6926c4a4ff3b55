/** Each puts itself between the tests and a module of Node, and answers how to take itself away again. */
import childProcess from "node:child_process";
import type { ChildProcess } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, sep } from "node:path";
import type { Readable } from "node:stream";
import { inspect } from "node:util";
import { CANARY_BYTES, holdsCanary, mayHold } from "./canary.ts";
import type { Tally } from "./canary.ts";

type Leak = (where: string) => void;

/** What core makes up has 16 bytes of randomness; 10 do for tests. */
const CREDENTIAL_BYTES = 16;
const CREDENTIALS = "randomCredential";

export function withCanaries(): () => void {
  return replace(crypto, "randomBytes", (random) => (...given) => {
    const bytes = random(...given);
    // With a callback it answers nothing.
    if (!(bytes instanceof Buffer) || bytes.length !== CREDENTIAL_BYTES) return bytes;
    // A nonce of that size is stored for all to see.
    if (new Error().stack?.includes(CREDENTIALS) !== true) return bytes;
    return Buffer.concat([CANARY_BYTES, bytes.subarray(CANARY_BYTES.length)]);
  });
}

/** Folders of tests, when they are removed as a whole: until then programs have files in them open. */
export function watchFiles(tally: Tally, leak: Leak): () => void {
  const look = (path?: unknown, options?: unknown): void => {
    if (typeof path !== "string" || !path.startsWith(tmpdir() + sep)) return;
    if (Object(options).recursive !== true) return;
    for (const file of filesIn(path)) {
      const holds = holdsCanary(fs.readFileSync(file));
      tally.files += 1;
      if (!holds) continue;
      if (mayHold(basename(file))) tally.holders += 1;
      else leak(`the file ${file}`);
    }
  };
  const undo = [
    replace(fs, "rmSync", (remove) => (...given) => {
      look(...given);
      return remove(...given);
    }),
    replace(fs.promises, "rm", (remove) => (...given) => {
      look(...given);
      return remove(...given);
    }),
  ];
  return () => undo.forEach((step) => step());
}

function filesIn(path: string): readonly string[] {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const entries = fs.readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const DB_ERROR = Symbol.for("@hivemind/db-core.DbError");

/** Every one of them marks itself when it is made, and is complete by then. */
export function watchErrors(tally: Tally, leak: Leak): () => void {
  return replace(Object, "defineProperty", (define) => (...given) => {
    const defined = define(...given);
    if (given[1] !== DB_ERROR) return defined;
    tally.errors += 1;
    const error = defined as Error & { readonly code: string };
    if (holdsCanary(inspect(error, { depth: 5, maxStringLength: Infinity })))
      leak(`a DbError (${error.code}) made${error.stack?.split("\n    at ")[2] ?? ""}`);
    return defined;
  });
}

/** Commands of ours that are asked for secrets, or have made them, say them on stdout. */
const TELLS_SECRETS = new Set([
  "--show-secrets",
  "add-client",
  "rotate-key",
  "rotate-password",
  "show-secrets",
]);
/** Tests read files with it that may not be opened in their own process. */
const READER = "cat";

export function watchOutput(tally: Tally, leak: Leak): () => void {
  const look = (text: unknown, where: string): void => {
    if (typeof text !== "string" && !(text instanceof Uint8Array)) return;
    tally.outputs += 1;
    if (holdsCanary(text)) leak(where);
  };
  const watch = (child: ChildProcess): void => {
    const { spawnfile, spawnargs } = child;
    if (spawnfile === READER) return;
    const args = spawnargs.slice(1, 4).filter((arg) => !holdsCanary(arg));
    const name = [spawnfile, ...args].map((arg) => basename(arg)).join(" ");
    listen(child.stderr, (chunk) => look(chunk, `stderr of ${name}`));
    if (!spawnargs.some((arg) => TELLS_SECRETS.has(arg)))
      listen(child.stdout, (chunk) => look(chunk, `stdout of ${name}`));
  };
  const undo = [
    ...(["stdout", "stderr"] as const).map((name) =>
      replace(process[name], "write", (write) => (...given) => {
        look(given[0], `${name} of a test`);
        return write(...given);
      }),
    ),
    ...["spawn", "fork"].map((name) =>
      replace(childProcess, name, (start) => (...given) => {
        const child = start(...given) as ChildProcess;
        watch(child);
        return child;
      }),
    ),
  ];
  return () => undo.forEach((step) => step());
}

/** Without reading: a listener would make it flow before the test listens. */
function listen(stream: Readable | null, hear: (chunk: unknown) => void): void {
  if (stream === null) return;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    hear(chunk);
    return push(chunk, encoding);
  };
}

type Callable = (...given: readonly unknown[]) => unknown;

/** In every module that has imported it, too. */
function replace(owner: object, name: string, by: (original: Callable) => Callable): () => void {
  const original = Reflect.get(owner, name) as Callable;
  Reflect.set(owner, name, by(original.bind(owner)));
  syncBuiltinESMExports();
  return () => {
    Reflect.set(owner, name, original);
    syncBuiltinESMExports();
  };
}
