/** Locks, and SQLite's write-ahead log, do not work on network file systems as they do on a local disk. */
import { statfsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Finding } from "@hivemind/db-core";
import { finding } from "./finding.ts";

/** By `f_type` of statfs(2), of Linux. Local ones that look alike (FUSE, 9p of a virtual machine) are not here. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x69_69, "NFS"],
  [0x51_7b, "SMB"],
  [0xff_53_4d_42, "CIFS"],
  [0xfe_53_4d_42, "SMB2"],
  [0x53_46_41_4f, "AFS"],
  [0x00_c3_64_00, "Ceph"],
  [0x47_50_46_53, "GPFS"],
  [0x0b_d0_0b_d0, "Lustre"],
]);

export function networkFileSystem(type: number): string | undefined {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0);
}

/** `location` is a path, or the address of a server. */
export function* diskFindings(location: string): Generator<Finding> {
  const name = isAbsolute(location) ? networkFileSystem(typeOf(location)) : undefined;
  if (name === undefined) return;
  const message = `${location} is on a network file system (${name}). File locks and SQLite's write-ahead log do not work there as on a local disk, so that two programs can damage the store: move it to a local disk, or use Redis.`;
  yield finding("network-file-system", "error", message);
}

/** 0 where the system does not say: there is no file yet, or this is no Linux. */
function typeOf(path: string): number {
  if (process.platform !== "linux") return 0;
  try {
    return statfsSync(path).type;
  } catch {
    return 0;
  }
}
