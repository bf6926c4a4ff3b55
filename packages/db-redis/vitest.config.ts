export { default } from "../../tooling/checks/vitest.config.ts";
