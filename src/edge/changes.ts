import { randomUUID } from 'node:crypto'
import type { Adoption, ChangesView, Doer, ModuleInfo } from '../api/changes/changes-view.ts'
import type { DeviceOutline } from '../api/ports.ts'
import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { DeviceStore } from './access/device-store.ts'
import { checkAdoption } from './adoption.ts'
import type { Ingest } from './ingest.ts'
import { OwnPackages } from './processors/own-packages.ts'
import { checkPackage } from './processors/package-check.ts'
import { siteEntries } from './processors/site-entries.ts'
import type { Site } from './site/site.ts'

export interface ChangesParts {
  /** As the file has it. */
  readonly file: Site
  readonly directory: string
  readonly devices: DeviceStore
  readonly ingest: Pick<Ingest, 'record'>
  readonly clock: Clock
}

/** What people change over HTTP, and the record of it in the audit. */
export class Changes implements ChangesView {
  readonly #parts: ChangesParts
  readonly #packages: OwnPackages

  constructor(parts: ChangesParts) {
    this.#parts = parts
    this.#packages = new OwnPackages(parts.directory)
  }

  /** Devices that were adopted, and are not in the file. */
  adopted(): readonly DeviceOutline[] {
    const { devices, file } = this.#parts
    devices.look()
    const known = new Set(file.devices.map(({ id }) => id))
    return devices
      .adopted()
      .filter(({ id }) => !known.has(id))
      .map(({ id, kind, feeder, who, atMs }) => ({
        ...NOTHING_SAID,
        id,
        kind,
        feeder,
        adopted: { who, at: new Date(atMs).toISOString() },
      }))
  }

  isAdopted(device: string): boolean {
    return this.#parts.devices.isAdopted(device)
  }

  adopt(adoption: Adoption, doer: Doer): DeviceOutline {
    const { file, devices, clock } = this.#parts
    const { device: id, feeder } = adoption
    const { kind } = checkAdoption(adoption, file)
    const atMs = Math.floor(clock() / 1000)
    devices.adopt({ id, kind, feeder, who: doer.who, atMs })
    this.#record('adopt', doer, { device: id, detail: [kind, feeder].join(' ').trim() })
    const adopted = { who: doer.who, at: new Date(atMs).toISOString() }
    return { ...NOTHING_SAID, id, kind, feeder, adopted }
  }

  async deploy(text: string, doer: Doer): Promise<ModuleInfo> {
    const { file, directory, clock } = this.#parts
    const { own, trustedKeys, allowUnsigned } = file.processors
    const fit = await checkPackage({
      text,
      trust: { trustedKeys, allowUnsigned },
      settings: own,
      site: siteEntries(file),
      directory,
      nowUs: clock(),
    }).catch((thrown: unknown) => {
      this.#record('deploy processor', doer, { outcome: 'refused', detail: errorText(thrown) })
      throw thrown
    })
    const { name, version, signer } = fit
    this.#packages.put(text, name)
    this.#record('deploy processor', doer, { detail: `${name} ${version}` })
    return { name, version, signer }
  }

  rollBack(name: string, doer: Doer): ModuleInfo {
    const { manifest, signer } = this.#packages.rollBack(name)
    const { version } = manifest
    this.#record('roll back processor', doer, { detail: `${name} ${version}` })
    return { name, version, signer }
  }

  #record(
    command: string,
    { who, address }: Doer,
    {
      device = '',
      outcome = 'done',
      detail,
    }: { readonly device?: string; readonly outcome?: string; readonly detail: string },
  ): void {
    const { ingest, clock } = this.#parts
    const request = randomUUID()
    const entry = { request, who, address, device, command, outcome, durationMs: undefined }
    ingest.record({ ...entry, time: clock(), detail: detail.slice(0, DETAIL_CHARACTERS) })
  }
}

const NOTHING_SAID = {
  transformer: undefined,
  voltageLevel: undefined,
  phase: undefined,
  nominal: undefined,
}
const DETAIL_CHARACTERS = 200
