import type { IClientOptions } from 'mqtt'
import { limits } from '../../core/limits.ts'
import { FleetLink } from './fleet-link.ts'
import type { SiteReports } from './site-reports.ts'

export interface DeskParts {
  readonly url: string
  readonly options: IClientOptions
  readonly group: string
  readonly reports: SiteReports
  readonly warn: (text: string) => void
}

/** What a centre hears of its sites and tells them, beside their records. */
export class FleetDesk {
  readonly #link: FleetLink
  readonly #timer: NodeJS.Timeout

  constructor({ reports, ...parts }: DeskParts) {
    this.#link = new FleetLink({
      ...parts,
      listener: {
        connected: () => {},
        reported: (site, bytes) => reports.heard({ site, bytes, heardAt: Date.now() * 1000 }),
        request: () => {},
      },
    })
    this.#timer = setInterval(() => void reports.store(), limits.centreRetryMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#link.stop()
  }
}
