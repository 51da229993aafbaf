import type { DeviceOutline } from '../ports.ts'

/** Who does it, and from where. */
export interface Doer {
  readonly who: string
  readonly address: string
}

/** What people change in a console. What is done is on the disk, and in the audit, or this throws a GridError. */
export interface ChangesView {
  adopt(adoption: Adoption, doer: Doer): DeviceOutline
  /** Rejects with `input` where the package may not run here: it is not signed by a key of the site file, or no module that can run. */
  deploy(text: string, doer: Doer): Promise<ModuleInfo>
  /** Throws `not-found` where there was no version before. */
  rollBack(name: string, doer: Doer): ModuleInfo
}

export interface Adoption {
  readonly device: string
  readonly kind: string
  readonly feeder: string | undefined
}

export interface ModuleInfo {
  readonly name: string
  readonly version: string
  /** Public key; undefined: it is not signed. */
  readonly signer: string | undefined
}
