import { askedPermission, PERMISSION_OPTIONS } from "../access/permission.ts";
import { showVerdict } from "../access/show-verdict.ts";
import { checkAccess } from "../access/check.ts";
import { lineFrom } from "../arguments/credentials.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandDefinition, Invocation } from "./definition.ts";

const DETAILS = `The store is asked as a node asks it, and the answer says why. Exit code 0: allowed; 7: denied.

KEY is an access key. Other users of this machine can see a command line: with - the key is read from standard input. Without TYPE, and without any option, only the key is checked.`;

export const checkAccessCommand: CommandDefinition = {
  name: "check-access",
  summary: "say whether a key lets somebody in, and may send a type, and why",
  details: DETAILS,
  examples: [
    "hivemind-db check-access 42caf3d2405075fb9e7a4e1ff44e4c4f recognizer_loop:utterance",
    "hivemind-db check-access - --escalate < key.txt",
  ],
  setUp(command) {
    command.argument("<key>", "the access key, or - to read it").argument("[type]", "a message type");
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

async function check(invocation: Invocation) {
  const { args, options, session, io, output } = invocation;
  const [key = "", type] = args;
  const permission = askedPermission(type, options);
  const accessKey = key === "-" ? await lineFrom(io.stdin, "-", "access key") : key;
  if (accessKey === "") throw new UsageError("the access key is empty");
  const verdict = await session.withDatabase({ create: false }, (database) =>
    checkAccess(database, { accessKey }, permission),
  );
  return showVerdict(output, verdict, permission);
}
