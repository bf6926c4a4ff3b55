/** Faults that only another process can see: on the durable test store. Each plugin has a module of its own. */
import deaf from "./process/deaf.ts";
import lateWriter from "./process/late-writer.ts";
import onlyInProcess from "./process/only-in-process.ts";
import piecemeal from "./process/piecemeal.ts";
import swallowing from "./process/swallowing.ts";

export const PROCESSES = [
  {
    fault: "hears of the changes of its own process only",
    plugin: deaf,
    module: new URL("./process/deaf.ts", import.meta.url),
    caughtBy: ["feed > changes of another process reach the feed, and its touches do not"],
  },
  {
    fault: "excludes other handles, and no other process",
    plugin: onlyInProcess,
    module: new URL("./process/only-in-process.ts", import.meta.url),
    caughtBy: [
      "tombstones > a revocation of another process amid a change of ours stays",
      "uniqueness > of two processes that add one access key at once, exactly one succeeds",
      "ids > processes that add at once share no id and leave no gap",
      "concurrency > two processes that change different fields at once both win",
      "concurrency > two processes that count in one field lose no step",
      "node state > two processes that count in one entry lose no step",
    ],
  },
  {
    fault: "acknowledges before it has written",
    plugin: lateWriter,
    module: new URL("./process/late-writer.ts", import.meta.url),
    caughtBy: ["durability > what a process was told is stored is there after it was killed"],
  },
  {
    fault: "takes a store that it cannot read for an empty one",
    plugin: swallowing,
    module: new URL("./process/swallowing.ts", import.meta.url),
    caughtBy: ["missing store > a store that vanishes is missing for every call, not empty"],
  },
  {
    fault: "writes a batch one by one",
    plugin: piecemeal,
    module: new URL("./process/piecemeal.ts", import.meta.url),
    caughtBy: [
      "durability > a batch is seen as a whole, and is there as a whole when its process is killed then",
    ],
  },
];
