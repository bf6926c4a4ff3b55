import { parse } from "yaml";

/** Of a workflow, what the rules below look at. */
interface Workflow {
  permissions?: unknown;
  jobs: Readonly<Record<string, Job>>;
}

interface Job {
  "timeout-minutes"?: number;
  steps?: readonly { uses?: string; run?: string }[];
}

/** What else there is in the repository. */
export interface Surroundings {
  scripts: readonly string[];
  exists: (path: string) => boolean;
}

const PINNED = /@[0-9a-f]{40}$/;
const NPM_SCRIPT = /\bnpm (?:run (?:--silent )?([\w:-]+)|(test|start)\b)/g;
const OWN_FILE = /(?:^|[\s;&|])((?:\.ci|tooling)\/[\w./-]+)/g;

/**
 * GitHub's own rules are checked by its own parser, in the tests. These are ours: an action is a commit, since a tag
 * can be moved; a token may do what its job needs; nothing runs for six hours; what is run is there.
 */
export function workflowProblems(path: string, text: string, { scripts, exists }: Surroundings): string[] {
  const { permissions, jobs } = parse(text) as Workflow;
  const problems = permissions === undefined ? ["says nothing of its permissions"] : [];
  for (const [name, { "timeout-minutes": timeout, steps = [] }] of Object.entries(jobs)) {
    if (timeout === undefined) problems.push(`the job ${name} has no timeout-minutes`);
    const uses = steps.flatMap((step) => step.uses ?? []);
    problems.push(...uses.filter((action) => !PINNED.test(action)).map((action) => `${action} is no commit`));
    const commands = steps.flatMap((step) => step.run ?? []).join("\n");
    for (const [, run, other] of commands.matchAll(NPM_SCRIPT)) {
      const script = run ?? other ?? "";
      if (!scripts.includes(script)) problems.push(`there is no npm script ${script}`);
    }
    for (const [, file = ""] of commands.matchAll(OWN_FILE)) {
      if (!exists(file)) problems.push(`there is no ${file}`);
    }
  }
  return problems.map((problem) => `${path}: ${problem}`);
}
