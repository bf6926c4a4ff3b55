import { randomBytes } from "node:crypto";

/** 128 bits of the system's random source as 32 hex digits, the form that Python hubs generate. */
export function randomCredential(): string {
  return randomBytes(16).toString("hex");
}
