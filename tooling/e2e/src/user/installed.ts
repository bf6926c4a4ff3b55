import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  gypfile?: boolean;
}

export interface Installed {
  name: string;
  version: string;
  /** Runs code at installation, which some package managers ask about and some refuse. */
  hasInstallScript: boolean;
}

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

/** Every package below a node_modules, of any layout, each once. */
export function installedPackages(nodeModules: string): Installed[] {
  const found = new Map<string, Installed>();
  const visit = (folder: string): void => {
    for (const entry of packageFolders(folder)) {
      const real = realpathSync(entry);
      const manifestFile = join(real, "package.json");
      if (found.has(real) || !existsSync(manifestFile)) continue;
      const manifest: Manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
      const { name, version } = manifest;
      found.set(real, { name, version, hasInstallScript: runsAtInstall(real, manifest) });
      visit(join(real, "node_modules"));
      // pnpm: what a package depends on lies beside it.
      visit(join(real, name.startsWith("@") ? "../.." : ".."));
    }
  };
  visit(nodeModules);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function packageFolders(nodeModules: string): string[] {
  if (!existsSync(nodeModules)) return [];
  return readdirSync(nodeModules).flatMap((name) => {
    if (name.startsWith(".")) return [];
    const path = join(nodeModules, name);
    return name.startsWith("@") ? readdirSync(path).map((inner) => join(path, inner)) : [path];
  });
}

/** npm compiles a package with a binding.gyp where nothing says otherwise. */
function runsAtInstall(folder: string, { scripts = {}, gypfile }: Manifest): boolean {
  if (INSTALL_SCRIPTS.some((name) => name in scripts)) return true;
  return gypfile !== false && existsSync(join(folder, "binding.gyp"));
}

/** Bytes of all files below the folder; what several names stand for (links) counts once. */
export function bytesOf(folder: string): number {
  const sizes = new Map<number, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = lstatSync(join(entry.parentPath, entry.name));
    sizes.set(ino, size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
