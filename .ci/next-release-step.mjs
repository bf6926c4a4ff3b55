// For release.yml: `next=version` where changesets wait, `next=publish` where none does, `next=none` in a fork.
import { readdirSync, readFileSync } from "node:fs";

const { repository } = JSON.parse(readFileSync("package.json", "utf8"));
const isOurs = repository.url === `git+https://github.com/${process.env["GITHUB_REPOSITORY"]}.git`;
const waits = readdirSync(".changeset").some((name) => name.endsWith(".md") && name !== "README.md");
console.log(`next=${isOurs ? (waits ? "version" : "publish") : "none"}`);
