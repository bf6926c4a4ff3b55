import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: Identity;
  readonly client: Identity;
}

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of its own in this folder, with what it signed for a server of these names and for a client. */
export async function makeCertificates(
  folder: string,
  names = "IP:127.0.0.1,DNS:localhost",
): Promise<Certificates> {
  const [ca, caKey] = [join(folder, "ca.pem"), join(folder, "ca.key")];
  await openssl(
    "req",
    "-x509",
    ...NEW_KEY,
    "-keyout",
    caKey,
    "-out",
    ca,
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
  );
  const signed = async (name: string, extensions: string): Promise<Identity> => {
    const [cert, key, request, file] = ["pem", "key", "csr", "ext"].map((end) =>
      join(folder, `${name}.${end}`),
    ) as [string, string, string, string];
    writeFileSync(file, extensions);
    await openssl("req", ...NEW_KEY, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
    const by = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-CAserial", join(folder, `${name}.srl`)];
    await openssl("x509", "-req", "-in", request, ...by, "-out", cert, "-days", "2", "-extfile", file);
    return { cert, key };
  };
  const [server, client] = await Promise.all([
    signed("server", `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`),
    signed("client", "extendedKeyUsage=clientAuth\n"),
  ]);
  return { ca, server, client };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

async function openssl(...args: readonly string[]): Promise<void> {
  await run("openssl", [...args]);
}
