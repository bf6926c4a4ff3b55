import { Children } from "../../../../tooling/test-support/src/children.ts";

export { exited, TYPESCRIPT } from "../../../../tooling/test-support/src/children.ts";
export const children = new Children(new URL("../processes/", import.meta.url));
