import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { systemError } from "@hivemind/db-core/backend";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** The bytes of a file, PEM or DER; `-` is what is piped in. */
export async function readInput(path: string, { stdin }: Pick<Io, "stdin">): Promise<Uint8Array> {
  if (path === "-") {
    if (stdin.isTTY) throw new UsageError("- reads a pipe or a file, not the keyboard");
    return buffer(stdin);
  }
  try {
    return await readFile(path);
  } catch (error) {
    const failure = systemError(error, "read", path);
    throw failure instanceof Error && "code" in failure && failure.code === "missing-store"
      ? new UsageError(`there is no file ${path}`)
      : failure;
  }
}

/** As a TLS handshake would show it. */
export async function readCertificate(path: string, io: Pick<Io, "stdin">): Promise<X509Certificate> {
  const bytes = await readInput(path, io);
  try {
    return new X509Certificate(bytes);
  } catch {
    // What OpenSSL says adds nothing that an operator could use.
    throw new UsageError("that is no X.509 certificate, neither as PEM nor as DER");
  }
}
