#!/usr/bin/env node
/** The process. What it needs of Node is looked at before anything that needs it is loaded. */

/** `engines` of package.json; npm only warns. */
const NEEDED = [22, 14] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `hivemind-db: this is Node.js ${process.versions.node}, and ${NEEDED.join(".")} or newer is needed: update Node.js, or put the newer one first in PATH\n`,
  );
  process.exitCode = 1;
} else {
  // Everyone on the machine can read a command line, and ours can hold secrets. Setting the title overwrites it
  // where Node keeps it (Linux: /proc/<pid>/cmdline and `ps`), though not before Node has started.
  process.title = "hivemind-db";
  const { run } = await import("./run.ts");
  // The default for SIGINT and SIGTERM is right: a write either has happened or has not, and locks end with us.
  process.exitCode = await run(process.argv.slice(2), process);
}
