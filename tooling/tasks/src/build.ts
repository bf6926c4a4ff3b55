import { buildPackages } from "./build-packages.ts";

const { ok } = await buildPackages("inherit");
process.exitCode = ok ? 0 : 1;
