import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("interrupted.process.ts", import.meta.url));

describe("long work", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "closes its stores at %s, tells, and ends by the signal",
    async (signal) => {
      const child = spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.stdout.on("data", (data: Buffer) => {
        text += data.toString();
        if (text === "working\n") child.kill(signal);
      });
      const [code, endedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];

      expect({ code, endedBy, text }).toEqual({
        code: null,
        endedBy: signal,
        text: "working\nclosed\ntold\n",
      });
    },
  );
});
