import { describe } from "vitest";
import { everyCommandWorks } from "./support/every-command.ts";

describe("on SQLite", () => {
  everyCommandWorks(() => ({ name: "sqlite", options: [] }));
});
