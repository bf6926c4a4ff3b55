import { testBed } from "./bed/test-bed.ts";
import type { TestBed } from "./bed/test-bed.ts";
import { aliasing } from "./concerns/aliasing.ts";
import { badRecords } from "./concerns/bad-records.ts";
import { batches } from "./concerns/batches.ts";
import { capabilities } from "./concerns/capabilities.ts";
import { certificates } from "./concerns/certificates.ts";
import { changes } from "./concerns/changes.ts";
import { clients } from "./concerns/clients.ts";
import { concurrency } from "./concerns/concurrency.ts";
import { durability } from "./concerns/durability.ts";
import { feed } from "./concerns/feed.ts";
import { freshness } from "./concerns/freshness.ts";
import { ids } from "./concerns/ids.ts";
import { lifeCycle } from "./concerns/life-cycle.ts";
import { listing } from "./concerns/listing.ts";
import { lookUps } from "./concerns/look-ups.ts";
import { losslessness } from "./concerns/losslessness.ts";
import { missingStore } from "./concerns/missing-store.ts";
import { nodeState } from "./concerns/node-state.ts";
import { pinnedKeysConcern } from "./concerns/pinned-keys.ts";
import { rekeying } from "./concerns/rekeying.ts";
import { schemas } from "./concerns/schemas.ts";
import { secrecy } from "./concerns/secrecy.ts";
import { sealing } from "./concerns/sealing.ts";
import { tokens } from "./concerns/tokens.ts";
import { tombstones } from "./concerns/tombstones.ts";
import { touches } from "./concerns/touches.ts";
import { uniqueness } from "./concerns/uniqueness.ts";
import { verify } from "./concerns/verify.ts";
import type { Suite } from "./suite.ts";

const CONCERNS: { readonly [concern: string]: (bed: TestBed) => void } = {
  "life cycle": lifeCycle,
  clients,
  "look-ups": lookUps,
  listing,
  ids,
  uniqueness,
  tombstones,
  changes,
  batches,
  concurrency,
  touches,
  feed,
  freshness,
  "node state": nodeState,
  certificates,
  "pinned keys": pinnedKeysConcern,
  "missing store": missingStore,
  schemas,
  losslessness,
  "bad records": badRecords,
  secrecy,
  sealing,
  rekeying,
  tokens,
  aliasing,
  capabilities,
  durability,
  verify,
};

/** Registers every test that the contract has for this backend. */
export function conformance<Options>(suite: Suite<Options>): void {
  if (suite.plugin.capabilities.durability && suite.module === undefined) {
    throw new TypeError("a durable backend is also tested from other processes: give the suite its module");
  }
  const bed = testBed(suite);
  suite.describe(`conformance of ${suite.plugin.name}`, () => {
    for (const [concern, register] of Object.entries(CONCERNS)) suite.describe(concern, () => register(bed));
  });
}
