/** Where SQLite cannot be loaded, the error says what to do. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadDriver } from "../src/driver.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Our package as installed somewhere, with these packages beside it. */
function installed(copy: (modules: string) => void): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-db-sqlite-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  const own = join(modules, "@hivemind", "db-sqlite");
  mkdirSync(own, { recursive: true });
  for (const name of ["dist", "package.json"])
    cpSync(join(PACKAGE, name), join(own, name), { recursive: true });
  for (const name of ["@hivemind/db-core", "zod"]) {
    symlinkSync(realpathSync(join(PACKAGE, "node_modules", name)), join(modules, name));
  }
  copy(modules);
  return folder;
}

/** The error of opening a store there, with or without a password. */
function openingError(folder: string, password?: string): { code: string; message: string } {
  const script = `
    const { default: plugin } = await import("@hivemind/db-sqlite");
    const options = { name: "clients", subfolder: "none", password: process.argv[1] };
    try { await plugin.open(options, { create: true, onNotice: () => undefined }); console.log("{}"); }
    catch ({ code, message }) { console.log(JSON.stringify({ code, message })); }`;
  const args = ["--input-type=module", "--eval", script, ...(password === undefined ? [] : [password])];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })) as never;
}

function copyPackage(name: string, modules: string, without?: string): void {
  const from = realpathSync(join(PACKAGE, "node_modules", name));
  cpSync(from, join(modules, name), {
    recursive: true,
    filter: (path) => without === undefined || path !== join(from, without),
  });
  // Beside it, as its own dependency.
  const beside = join(dirname(from), "node-addon-api");
  symlinkSync(realpathSync(beside), join(modules, "node-addon-api"));
}

test("Node without Node-API 10 would crash, and is refused before", async () => {
  for (const nodeApi of ["9", ""]) {
    await expect(loadDriver(false, nodeApi)).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("22.14"),
    });
  }
});

describe("the compiled part", () => {
  test("is missing for this platform: another backend is named", { timeout: 30_000 }, () => {
    const folder = installed((modules) => copyPackage("better-sqlite3", modules, "prebuilds"));

    const { code, message } = openingError(folder);

    expect(code).toBe("unsupported");
    expect(message).toContain(`${process.platform}-${process.arch}`);
    expect(message).toContain("@hivemind/db-json");
  });
});

describe("the package for encrypted stores", () => {
  test(
    "is not installed: a plain store opens without it, an encrypted one names it",
    { timeout: 30_000 },
    () => {
      const folder = installed((modules) => copyPackage("better-sqlite3", modules));

      expect(openingError(folder)).toEqual({});
      const { code, message } = openingError(folder, "a password");

      expect(code).toBe("not-installed");
      expect(message).toContain("npm install better-sqlite3-multiple-ciphers");
      expect(message).not.toContain("a password");
    },
  );
});
