/** Locks, and SQLite's write-ahead log, do not work on network file systems as they do on a local disk. */
import { isAbsolute } from "node:path";
import type { Finding } from "@hivemind/db-core";
import { finding } from "./finding.ts";
import { fileSystemOf } from "./mounts.ts";

/** By the name of the type in the kernel, or of the program behind a FUSE mount (`fuse.<name>`). */
const NETWORK: ReadonlyMap<string, string> = new Map([
  ["nfs", "NFS"],
  ["nfs4", "NFS"],
  ["cifs", "SMB"],
  ["smb3", "SMB"],
  ["smbfs", "SMB"],
  ["afs", "AFS"],
  ["auristorfs", "AFS"],
  ["coda", "Coda"],
  ["ncpfs", "NCP"],
  ["ceph", "Ceph"],
  ["gpfs", "GPFS"],
  ["lustre", "Lustre"],
  ["beegfs", "BeeGFS"],
  ["orangefs", "OrangeFS"],
  ["glusterfs", "GlusterFS"],
  ["fuse.sshfs", "sshfs"],
  ["fuse.glusterfs", "GlusterFS"],
  ["fuse.ceph", "Ceph"],
  ["fuse.ceph-fuse", "Ceph"],
  ["fuse.davfs", "WebDAV"],
  ["fuse.davfs2", "WebDAV"],
  ["fuse.curlftpfs", "FTP"],
  ["fuse.rclone", "rclone"],
  ["fuse.s3fs", "S3"],
  ["fuse.goofys", "S3"],
  ["fuse.mount-s3", "S3"],
  ["fuse.gcsfuse", "Cloud Storage"],
  ["fuse.blobfuse", "Azure Blob"],
  ["fuse.blobfuse2", "Azure Blob"],
  ["fuse.juicefs", "JuiceFS"],
  ["fuse.mfs", "MooseFS"],
  ["fuse.lizardfs", "LizardFS"],
  ["fuse.gvfsd-fuse", "GVfs"],
]);

/** Folders of the host, in a virtual machine or a container of a desktop. Whether locks reach the host is theirs. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ["9p", "9p"],
  ["virtiofs", "virtiofs"],
  ["drvfs", "WSL"],
  ["vboxsf", "VirtualBox"],
  ["vmhgfs", "VMware"],
  ["prl_fs", "Parallels"],
  ["fakeowner", "Docker Desktop"],
  ["fuse.vmhgfs-fuse", "VMware"],
  ["fuse.osxfs", "Docker Desktop"],
  ["fuse.grpcfuse", "Docker Desktop"],
]);

/** `location` is a path, or the address of a server. */
export function* diskFindings(location: string): Generator<Finding> {
  const type = isAbsolute(location) ? fileSystemOf(location) : undefined;
  if (type !== undefined) yield* fileSystemFindings(location, type);
}

export function* fileSystemFindings(location: string, type: string): Generator<Finding> {
  const network = NETWORK.get(type);
  if (network !== undefined) {
    const message = `${location} is on a network file system (${network}). File locks and SQLite's write-ahead log do not work there as on a local disk, so that two programs can damage the store: move it to a local disk, or use Redis.`;
    yield finding("network-file-system", "error", message);
  }
  const shared = SHARED.get(type);
  if (shared !== undefined) {
    const message = `${location} is in a folder that is shared with another system (${shared}). File locks do not hold between the two, and SQLite's write-ahead log may not work: keep the store on a disk of this system, or let no program of the other one open it.`;
    yield finding("shared-folder", "warning", message);
  }
}
