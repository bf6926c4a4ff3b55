/** Another program on the store of an alternative: deletes what it is told to, and says when it had. */
import { now } from "../../freshness/src/clock.ts";
import { openAlternative } from "./alternatives.ts";
import type { Backend } from "./result.ts";

const [, , backend, at = ""] = process.argv;
const other = openAlternative(backend as Backend, at);
// Connected before anybody waits for it.
await other.get("");
process.on("message", (key: string) => void act(key));
process.once("disconnect", () => void other.close());
process.send?.(now());

async function act(key: string): Promise<void> {
  await other.delete?.(key);
  process.send?.(now());
}
