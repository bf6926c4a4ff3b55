import { availableParallelism } from "node:os";
import { finish, finishAll } from "./step.ts";
import { api } from "./steps/api.ts";
import { build } from "./steps/build.ts";
import { changesets } from "./steps/changesets.ts";
import { format } from "./steps/format.ts";
import { licences } from "./steps/licences.ts";
import { lint } from "./steps/lint.ts";
import { packages } from "./steps/packages.ts";
import { redis } from "./steps/redis.ts";
import { structure } from "./steps/structure.ts";
import { tests } from "./steps/tests.ts";
import { types } from "./steps/types.ts";
import { unused } from "./steps/unused.ts";
import { printSummary } from "./summary.ts";

// A failed step does not stop the others: one run shows everything that is wrong. Only what reads the build waits
// for a good one. The tests run alone, because some of them measure time.
const built = await finish(build);
const readers = [
  types,
  lint,
  format,
  unused,
  structure,
  changesets,
  licences,
  ...(built.ok ? [packages, api] : []),
];
const read = await finishAll(readers, Math.min(availableParallelism(), 2));
const prepared = await finish(redis);
const { steps: tested, counts } = built.ok ? await tests() : { steps: [], counts: undefined };

const ok = printSummary([built, ...read, prepared, ...tested], counts);
process.exitCode = ok ? 0 : 1;
