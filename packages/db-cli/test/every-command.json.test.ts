import { describe } from "vitest";
import { everyCommandWorks } from "./support/every-command.ts";

describe("on the JSON file", () => {
  everyCommandWorks(() => ({ name: "json", options: [] }));
});
