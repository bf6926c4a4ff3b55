import { expect, test } from "vitest";
import { guarded } from "../src/backend/guarded.ts";

test("what a listener throws reaches nobody but the process warnings, and without its message", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  const heard: number[] = [];
  const listener = guarded("the listener", (told: number) => {
    heard.push(told);
    throw new RangeError("CANARY");
  });

  listener(1);
  listener(2);

  const { name, message } = await warned;
  expect(heard).toEqual([1, 2]);
  expect([name, message]).toEqual(["HiveMindDbWarning", "the listener threw RangeError"]);
});
