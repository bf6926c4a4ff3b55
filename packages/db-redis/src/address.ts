/** A server's place in the network, and the text for it. */
import type { Socket } from "node:net";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, and `[::1]:port`. */
export function addressOf({ host, port }: Place): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Of a server: 0 is none. */
export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) <= 65_535;
}

/** Whom a connection leads to, as the operating system sees it; the same for two to one server. */
export function peerOf({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">) {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/** Also as servers write it, without brackets. */
export function placeIn(address: string): Place {
  const colon = address.lastIndexOf(":");
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"),
    port: Number(address.slice(colon + 1)),
  };
}
