import type { Subject } from '../../policy/record.ts'
import type { Site } from '../site/site.ts'

/** Whose a record is, as the rules of what may leave tell them apart. One answer for every road. */
export class Subjects {
  readonly #site: string
  /** Devices that are nobody's meter. */
  readonly #machines: ReadonlySet<string>

  constructor({ site, devices }: Pick<Site, 'site' | 'devices'>) {
    this.#site = site.id
    this.#machines = new Set(devices.filter(({ kind }) => kind !== 'meter').map(({ id }) => id))
  }

  /** A meter is a customer's. A device that the site file does not know may be one. Undefined: it is about the site. */
  of(subject: { readonly kind: string; readonly id: string } | undefined): Subject {
    if (subject === undefined) return { kind: 'site', id: this.#site }
    const { kind, id } = subject
    switch (kind) {
      case 'feeder':
      case 'transformer':
        return { kind, id }
      case 'site':
      case 'voltageLevel':
        return { kind: 'site', id }
      default:
        return { kind: this.#machines.has(id) ? 'device' : 'customer', id }
    }
  }
}
