import { fileURLToPath } from "node:url";

/** What a backend brings into an empty folder, db-core and all dependencies included. */
export interface Footprint {
  manager: string;
  backend: string;
  packages: number;
  bytes: number;
}

export function footprintFile(): string {
  return fileURLToPath(new URL("../reports/footprint.json", import.meta.url));
}

export function footprintTable(footprints: readonly Footprint[]): string {
  const rows = footprints.map(({ manager, backend, packages, bytes }) =>
    [backend.padEnd(22), manager.padEnd(4), `${packages} packages`, `${megabytes(bytes)} MB`].join("  "),
  );
  return rows.toSorted().join("\n");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
