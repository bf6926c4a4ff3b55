/** The first hour of an operator with `hivemind-db`, run for real. */
import { execFile } from "node:child_process";
import { FreshMachine } from "./fresh-machine.ts";
import { Masker } from "./masker.ts";

interface Step {
  /** `$KEY` stands for the access key that was shown last. */
  readonly command: string;
  /** 0 unless said otherwise. */
  readonly code?: number;
}

const STEPS: readonly Step[] = [
  { command: "hivemind-db init --backend sqlite" },
  { command: "hivemind-db add-client --name kitchen --allow recognizer_loop:utterance" },
  { command: "hivemind-db allow-msg speak kitchen" },
  { command: "hivemind-db allow-msg speak kitchn", code: 3 },
  { command: "hivemind-db blacklist-escalate kitchen" },
  { command: "hivemind-db list-clients" },
  { command: "hivemind-db check-access $KEY speak" },
  { command: "hivemind-db check-access $KEY system.reboot", code: 7 },
  { command: "hivemind-db delete-client kitchen" },
  { command: "hivemind-db check-access $KEY speak", code: 7 },
  { command: "hivemind-db doctor" },
];

/** As a terminal would have shown it, with what varies masked. Throws where a step ends otherwise than it should. */
export async function firstHour(): Promise<string> {
  const machine = new FreshMachine();
  const masker = new Masker(machine.home);
  const shown = ["$ npm install @hivemind/db-cli @hivemind/db-sqlite"];
  try {
    machine.install();
    let key = "";
    for (const { command, code = 0 } of STEPS) {
      const typed = command.replace("$KEY", key);
      const outcome = await run(typed, machine);
      if (outcome.code !== code) throw new Error(`${command} ended with ${outcome.code}: ${outcome.text}`);
      key = /^access key +(\S+)$/m.exec(outcome.text)?.[1] ?? key;
      shown.push(`$ ${typed}`, outcome.text.trimEnd());
      if (code !== 0) shown.push(`(exit code ${code})`);
    }
  } finally {
    machine.remove();
  }
  return masker.mask(shown.join("\n"));
}

/** Both streams in one, in the order in which they were written. */
function run(command: string, { folder, env }: FreshMachine): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", `${command} 2>&1`], { cwd: folder, env }, (error, stdout) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: error === null ? 0 : Number(error.code), text: stdout });
    });
  });
}
