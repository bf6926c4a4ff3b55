import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { Verdict } from "../../../src/permission.ts";
import type { ClientDatabase } from "../../../src/database/client-database.ts";
import type { Identity } from "./authority.ts";

/** A node with a TLS server on loopback, which asks every client for a certificate and the database who it is. */
export class TlsNode {
  readonly #server: ReturnType<typeof createServer>;
  readonly #db: ClientDatabase;

  private constructor(server: ReturnType<typeof createServer>, db: ClientDatabase) {
    this.#server = server;
    this.#db = db;
  }

  static async listen(db: ClientDatabase, { key, chain }: Identity): Promise<TlsNode> {
    // Whether the certificate is to be trusted is what the database is asked.
    const server = createServer({ key, cert: chain, requestCert: true, rejectUnauthorized: false });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TlsNode(server, db);
  }

  /** What the node says of a client that presents this, in a handshake of its own. */
  async verdictOn(identity: Identity | undefined): Promise<Verdict> {
    const { port } = this.#server.address() as AddressInfo;
    const credentials = identity && { key: identity.key, cert: identity.chain };
    const accepted = once(this.#server, "secureConnection") as Promise<[TLSSocket]>;
    const client = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...credentials });
    const failed = once(client, "error").then(([error]) => Promise.reject(error as Error));
    try {
      const [socket] = await Promise.race([accepted, failed]);
      return await this.#db.authenticate({ certificate: socket.getPeerX509Certificate() });
    } finally {
      client.destroy();
      // Nobody waits for an error of a connection that is over.
      failed.catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }
}
