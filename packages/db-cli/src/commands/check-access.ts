import { askedPermission, PERMISSION_OPTIONS } from "../access/permission.ts";
import type { PermissionOptions } from "../access/permission.ts";
import { showVerdict } from "../access/show-verdict.ts";
import { checkAccess } from "../access/check.ts";
import { lineFrom } from "../arguments/credentials.ts";
import { readCertificate } from "../certificates/read-certificate.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition, Invocation } from "./definition.ts";

const DETAILS = `The store is asked as a node asks it, and the answer says why. Exit code 0: allowed; 7: denied.

KEY is an access key. Other users of this machine can see a command line: with - the key is read from standard input. Without TYPE, and without a question by an option, only the credential is checked.`;

export const checkAccessCommand: CommandDefinition = {
  name: "check-access",
  summary: "say whether a key or certificate lets somebody in, and may send a type, and why",
  details: `${DETAILS}

With --certificate there is no KEY, and the first argument is TYPE.`,
  examples: [
    "hivemind-db check-access 42caf3d2405075fb9e7a4e1ff44e4c4f recognizer_loop:utterance",
    "hivemind-db check-access - --escalate < key.txt",
    "hivemind-db check-access --certificate kitchen.pem speak",
  ],
  setUp(command) {
    command
      .argument("[key]", "the access key, or - to read it")
      .argument("[type]", "a message type")
      .option("--certificate <file>", "in place of KEY: a certificate, PEM or DER; - reads standard input");
    for (const [flags, meaning] of PERMISSION_OPTIONS) command.option(flags, meaning);
  },
  run: check,
};

/** What Python hubs call it. */
export const policyTest: CommandDefinition = {
  name: "policy test",
  summary: "the same as check-access",
  details: `${DETAILS}

Policies that a hub loads besides (see \`hivemind-db policy list\`) are not asked: they can deny more.`,
  examples: ["hivemind-db policy test 42caf3d2405075fb9e7a4e1ff44e4c4f speak"],
  setUp(command) {
    command.argument("<key>", "the access key, or - to read it").argument("<type>", "a message type");
  },
  run: check,
};

interface Options extends PermissionOptions {
  readonly certificate?: string;
}

async function check(invocation: Invocation) {
  const { args, session, io, output } = invocation;
  const { certificate, ...asked }: Options = invocation.options;
  const [key, type, ...others] = certificate === undefined ? args : [undefined, ...args];
  if (others.length > 0) throw new UsageError("--certificate takes the place of KEY: give TYPE alone");
  const permission = askedPermission(type, asked);
  const credential =
    certificate === undefined
      ? { accessKey: await accessKeyFrom(key, io) }
      : { certificate: await readCertificate(certificate, io) };
  const verdict = await session.withDatabase({ create: false }, (database) =>
    checkAccess(database, credential, permission),
  );
  return showVerdict(output, verdict, permission);
}

async function accessKeyFrom(given: string | undefined, { stdin }: Pick<Io, "stdin">): Promise<string> {
  const key = given === "-" ? await lineFrom(stdin, "-", "access key") : given;
  if (key === undefined || key === "") throw new UsageError("whose access? Give KEY, or --certificate FILE");
  return key;
}
