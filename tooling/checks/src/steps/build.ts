import { buildPackages } from "../../../tasks/src/build-packages.ts";
import type { Step } from "../step.ts";

export const build: Step = { name: "build", run: () => buildPackages("keep") };
