export { default } from "../checks/vitest.config.ts";
