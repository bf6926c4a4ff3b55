// @ts-check
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const TOOLCHAIN = fileURLToPath(new URL("../../.toolchain", import.meta.url));
