/** Takes the lock of a store, says so, and never lets go of it. */
import { FileLock } from "@hivemind/db-core/backend";

const [lock = "", like = ""] = process.argv.slice(2);
const forever = new Promise<void>(() => setInterval(() => undefined, 60_000));
await new FileLock().hold(lock, like, 5000, async () => {
  process.send?.("held");
  await forever;
});
