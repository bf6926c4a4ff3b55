/** Certificates and pinned keys of the clients of an open database. */
import type { X509Certificate } from "node:crypto";
import type { LookUps } from "../cache/look-ups.ts";
import type { ClientId } from "../client.ts";
import type { BackendLifecycle } from "../database/lifecycle.ts";
import { validId } from "../database/valid-id.ts";
import type { Verdict } from "../permission.ts";
import { authenticateCertificate } from "./authenticate-certificate.ts";
import type { ClientCertificate } from "./certificate-entries.ts";
import { addCertificate, listCertificates, removeCertificate } from "./certificates.ts";
import { parseCertificate, parseFingerprint } from "./parse-certificate.ts";
import type { CertificateInput } from "./parse-certificate.ts";
import { clearPinnedKey, forgetPinnedKeys, pinKey, pinnedKeys, setPinnedKey } from "./pinned-keys.ts";
import type { PinnedKey, PinnedKeyKind, PinVerdict } from "./pinned-keys.ts";
import type { TrustedCas } from "./trusted-cas.ts";

export class ClientCredentials {
  readonly #lifecycle: BackendLifecycle;
  readonly #lookUps: LookUps;
  readonly #trusted: TrustedCas | undefined;

  constructor(lifecycle: BackendLifecycle, lookUps: LookUps, trusted: TrustedCas | undefined) {
    this.#lifecycle = lifecycle;
    this.#lookUps = lookUps;
    this.#trusted = trusted;
  }

  authenticate(certificate: X509Certificate | undefined): Promise<Verdict> {
    return this.#lifecycle.use((backend) =>
      authenticateCertificate(this.#lookUps, backend, certificate, this.#trusted),
    );
  }

  certificates(id: ClientId): Promise<readonly ClientCertificate[] | undefined> {
    return this.#lifecycle.use(async (backend) => listCertificates(backend, validId(id)));
  }

  async addCertificate(id: ClientId, given: CertificateInput): Promise<ClientCertificate> {
    const certificate = parseCertificate(given);
    return this.#lifecycle.use((backend) => addCertificate(backend, validId(id), certificate));
  }

  async removeCertificate(id: ClientId, fingerprint: string): Promise<boolean> {
    const sha256 = parseFingerprint(fingerprint);
    return this.#lifecycle.use((backend) => removeCertificate(backend, validId(id), sha256));
  }

  pinKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<PinVerdict> {
    return this.#lifecycle.use(async (backend) => pinKey(backend, validId(id), kind, publicKey));
  }

  setPinnedKey(id: ClientId, kind: PinnedKeyKind, publicKey: Uint8Array): Promise<void> {
    return this.#lifecycle.use(async (backend) => setPinnedKey(backend, validId(id), kind, publicKey));
  }

  clearPinnedKey(id: ClientId, kind: PinnedKeyKind): Promise<boolean> {
    return this.#lifecycle.use(async (backend) => clearPinnedKey(backend, validId(id), kind));
  }

  pinnedKeys(id: ClientId): Promise<ReadonlyMap<PinnedKeyKind, PinnedKey>> {
    return this.#lifecycle.use(async (backend) => pinnedKeys(backend, validId(id)));
  }

  /** After a revocation, which stands whether this succeeds or not: what is left behind, `verify` names. */
  async forgetPinnedKeys(id: ClientId): Promise<void> {
    await this.#lifecycle.use((backend) => forgetPinnedKeys(backend, id)).catch(() => undefined);
  }
}
