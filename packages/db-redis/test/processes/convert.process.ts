/** Converts the store on a port, says how far it is, and prints the report. */
import plugin from "../../src/plugin.ts";
import { testOptions } from "../support/options.ts";

const report = await plugin.convert?.(testOptions({ port: Number(process.argv[2]) }), {
  dryRun: false,
  onProgress: (done) => process.stderr.write(`${done}\n`),
});
process.stdout.write(JSON.stringify(report));
