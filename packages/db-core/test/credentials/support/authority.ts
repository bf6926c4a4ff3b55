/** Certificate authorities and what they issue, by the real `openssl`. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Identity {
  readonly key: string;
  /** PEM, the own certificate alone. */
  readonly certificate: string;
  /** PEM of the certificate and of those that lead to the root, as a peer presents them. */
  readonly chain: string;
}

export interface Period {
  readonly from?: Date;
  readonly until?: Date;
}

const HOUR = 3_600_000;

/** What `openssl ca` needs to issue with any dates, to the second. */
const CONFIG = `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
default_md = sha256
rand_serial = yes
unique_subject = no
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[client]
basicConstraints = CA:FALSE
`;

export class Authority {
  readonly identity: Identity;
  readonly #folder: string;

  private constructor(folder: string, identity: Identity) {
    this.#folder = folder;
    this.identity = identity;
  }

  /** A root, in a folder of its own under this one. */
  static async root(parent: string, name: string, period: Period = {}): Promise<Authority> {
    const folder = await newFolder(parent);
    await request(folder, "authority", name);
    const certificate = await sign(folder, "authority", "authority", period, ["-selfsign"]);
    return new Authority(folder, { ...certificate, chain: certificate.certificate });
  }

  /** An authority under this one. */
  async intermediate(parent: string, name: string, period: Period = {}): Promise<Authority> {
    const folder = await newFolder(parent);
    return new Authority(folder, await this.#issued(folder, "authority", name, period, "authority"));
  }

  /** A certificate for a client. */
  async issue(name: string, period: Period = {}): Promise<Identity> {
    return this.#issued(await newFolder(this.#folder), "client", name, period, "client");
  }

  /** An authority that holds this client's certificate, which does not allow it to be one. */
  static async pretended(parent: string, { key, certificate, chain }: Identity): Promise<Authority> {
    const folder = await newFolder(parent);
    await writeFile(join(folder, "authority.key"), key, { mode: 0o600 });
    await writeFile(join(folder, "authority.pem"), certificate);
    return new Authority(folder, { key, certificate, chain });
  }

  async #issued(folder: string, file: string, name: string, period: Period, kind: string): Promise<Identity> {
    await request(folder, file, name);
    const by = [
      "-cert",
      join(this.#folder, "authority.pem"),
      "-keyfile",
      join(this.#folder, "authority.key"),
    ];
    const issued = await sign(folder, file, kind, period, by);
    return { ...issued, chain: issued.certificate + this.identity.chain };
  }
}

async function newFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "authority-"));
  await writeFile(join(folder, "openssl.cnf"), CONFIG);
  await writeFile(join(folder, "index.txt"), "");
  return folder;
}

async function request(folder: string, file: string, name: string): Promise<void> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", `${file}.key`, "-out", `${file}.csr`];
  await openssl(folder, "req", ...curve, ...files, "-subj", `/CN=${name}`);
}

async function sign(folder: string, file: string, kind: string, period: Period, by: readonly string[]) {
  const { from = new Date(Date.now() - HOUR), until = new Date(Date.now() + HOUR) } = period;
  const own = by.includes("-selfsign") ? ["-keyfile", `${file}.key`] : [];
  const dates = ["-startdate", asn1(from), "-enddate", asn1(until)];
  const files = ["-in", `${file}.csr`, "-out", `${file}.pem`, "-notext", "-batch"];
  await openssl(
    folder,
    "ca",
    "-config",
    "openssl.cnf",
    "-extensions",
    kind,
    ...dates,
    ...own,
    ...by,
    ...files,
  );
  const read = (end: string): Promise<string> => readFile(join(folder, `${file}.${end}`), "utf8");
  return { key: await read("key"), certificate: await read("pem") };
}

/** `20300102030405Z` */
function asn1(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/\D/g, "")}Z`;
}

async function openssl(folder: string, ...args: readonly string[]): Promise<void> {
  await run("openssl", [...args], { cwd: folder }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error("these tests need the program openssl: install it (Debian: apt-get install openssl)", {
      cause: error,
    });
  });
}
