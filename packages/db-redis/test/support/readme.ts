import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const README = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8");

/** The user whom the README tells an operator to make: all words of the rule behind `user`. */
export function readmeUser(password: string): readonly string[] {
  const [, rule = ""] = /```acl\n([^`]+)```/.exec(README) ?? [];
  const words = rule.trim().split(/\s+/).slice(1);
  return words.map((word) => (word === ">password" ? `>${password}` : word));
}

/** What the README says that such a user needs as well, or instead. */
export function readmeExtra(topology: "cluster" | "Sentinel"): readonly string[] {
  const pattern = topology === "cluster" ? /A cluster needs\s+`([^`]+)`/ : /their own user needs `([^`]+)`/;
  return (pattern.exec(README)?.[1] ?? "").split(/\s+/);
}
