/** The part of a README that the script writes. */
import { readFileSync, writeFileSync } from "node:fs";

const README = new URL("../../../packages/db-cli/README.md", import.meta.url);

const START = "<!-- the first hour: written by tooling/transcript -->\n";
const END = "<!-- the first hour ends -->\n";

export function shownInReadme(): string {
  const { text, start, end } = parts();
  return text.slice(start, end);
}

export function writeToReadme(transcript: string): void {
  const { text, start, end } = parts();
  writeFileSync(README, text.slice(0, start) + block(transcript) + text.slice(end));
}

export function block(transcript: string): string {
  return `\n\`\`\`console\n${transcript}\n\`\`\`\n\n`;
}

function parts(): { text: string; start: number; end: number } {
  const text = readFileSync(README, "utf8");
  const start = text.indexOf(START) + START.length;
  const end = text.indexOf(END);
  if (start < START.length || end < start) throw new Error("the README has no place for the transcript");
  return { text, start, end };
}
