/** The X.509 certificates of a client. */
import { readInput } from "../certificates/read-certificate.ts";
import { CERTIFICATE_HEADER, certificateJson, certificateRow } from "../certificates/show-certificate.ts";
import { CLIENT_ARGUMENT, CLIENT_MEANING, findClient } from "../clients/find-client.ts";
import { capitalLabel } from "../clients/label.ts";
import { EXIT } from "../exit-codes.ts";
import { clientJson } from "../output/client-json.ts";
import type { CommandDefinition } from "./definition.ts";

const addCertificate: CommandDefinition = {
  name: "add-certificate",
  summary: "let a client in by an X.509 certificate too",
  details:
    "FILE holds the client's own certificate, as PEM or DER, without its private key and without its chain; - reads standard input. A certificate belongs to one living client at most. Python hubs keep it, and do not look at it.",
  examples: [
    "hivemind-db add-certificate kitchen.pem kitchen",
    "hivemind-db add-certificate - 3 < kitchen.der",
  ],
  setUp(command) {
    command.argument("<file>", "the certificate, PEM or DER").argument(CLIENT_ARGUMENT, CLIENT_MEANING);
  },
  async run({ args: [file = "", given], session, ...invocation }) {
    const { io, output } = invocation;
    const bytes = await readInput(file, io);
    const { client, certificate, changed } = await session.withDatabase(
      { create: false },
      async (database) => {
        const found = await findClient(database, given, invocation);
        const before = (await database.certificates(found.id)) ?? [];
        const added = await database.addCertificate(found.id, bytes);
        const isNew = before.every(({ fingerprint }) => fingerprint !== added.fingerprint);
        return { client: found, certificate: added, changed: isNew };
      },
    );
    if (output.json) {
      await output.value({ ...clientJson(client), certificate: certificateJson(certificate), changed });
    }
    const { fingerprint } = certificate;
    output.say(`${capitalLabel(client)} ${changed ? "has" : "already has"} the certificate ${fingerprint}.`);
    return EXIT.ok;
  },
};

const removeCertificate: CommandDefinition = {
  name: "remove-certificate",
  summary: "take a certificate from a client, for good",
  details: "A Python hub that writes it back does not make it valid again: only add-certificate does.",
  examples: ["hivemind-db remove-certificate 4C:0F:...:9A kitchen"],
  setUp(command) {
    command
      .argument("<fingerprint>", "its SHA-256 in hex, with or without colons: see list-certificates")
      .argument(CLIENT_ARGUMENT, CLIENT_MEANING);
  },
  async run({ args: [fingerprint = "", given], session, ...invocation }) {
    const { output } = invocation;
    const { client, changed } = await session.withDatabase({ create: false }, async (database) => {
      const found = await findClient(database, given, invocation);
      return { client: found, changed: await database.removeCertificate(found.id, fingerprint) };
    });
    if (output.json) await output.value({ ...clientJson(client), changed });
    output.say(
      changed
        ? `${capitalLabel(client)} does not come in by that certificate any more.`
        : `${capitalLabel(client)} has no such certificate.`,
    );
    return EXIT.ok;
  },
};

const listCertificates: CommandDefinition = {
  name: "list-certificates",
  summary: "list the certificates of a client, those that have expired too",
  examples: ["hivemind-db list-certificates kitchen"],
  setUp: (command) => command.argument(CLIENT_ARGUMENT, CLIENT_MEANING),
  async run({ args: [given], session, ...invocation }) {
    const { output } = invocation;
    const { client, certificates } = await session.withDatabase({ create: false }, async (database) => {
      const found = await findClient(database, given, invocation);
      return { client: found, certificates: (await database.certificates(found.id)) ?? [] };
    });
    if (output.json) await output.value(certificates.map(certificateJson));
    else if (certificates.length > 0) {
      const now = Date.now() / 1000;
      const rows = certificates.map((certificate) => certificateRow(certificate, now));
      await output.table([CERTIFICATE_HEADER, ...rows], (index) => (index === 0 ? "bold" : undefined));
    }
    if (certificates.length === 0) output.say(`${capitalLabel(client)} has no certificate.`);
    return EXIT.ok;
  },
};

export const certificateCommands: readonly CommandDefinition[] = [
  addCertificate,
  removeCertificate,
  listCertificates,
];
