/** What a backend author runs: every promise of the contract as a test. */
export { conformance } from "./conformance.ts";
export { rekeyKilled } from "./rekey-killed.ts";
export type { RekeyKilledOptions, RekeyKilledReport } from "./rekey-killed.ts";
export type { HostileRecord } from "./seeds/hostile.ts";
export type { FreshStore, Seed, Suite } from "./suite.ts";
