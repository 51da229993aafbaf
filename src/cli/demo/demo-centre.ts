import { Child } from './child.ts'
import { reachableText } from './reachable.ts'
import type { CentreFigures } from './table.ts'

export interface DemoCentreSettings {
  readonly data: string
  readonly http: string
  readonly onComplaint: (text: string) => void
}

export interface CentreStarted {
  readonly mqtt: string
  readonly http: string
}

/** A centre in a process of its own, and what it says of the sites. */
export class DemoCentre {
  readonly child: Child
  readonly ready: Promise<CentreStarted>
  #url = ''

  constructor({ data, http, onComplaint }: DemoCentreSettings) {
    const { promise: ready, resolve: setReady } = Promise.withResolvers<CentreStarted>()
    this.ready = ready
    this.child = new Child({
      name: 'centre',
      words: ['centre', '--data', data, '--mqtt', '127.0.0.1:0', '--http', http],
      onLine: (line) => {
        const [, mqttAt, httpAt] = READY.exec(line) ?? []
        if (mqttAt === undefined || httpAt === undefined) return
        this.#url = `http://${reachableText(httpAt)}`
        setReady({ mqtt: mqttAt, http: httpAt })
      },
      onComplaint,
    })
  }

  /** By site. Empty: it does not answer yet, or has heard of none. */
  async look(): Promise<ReadonlyMap<string, CentreFigures>> {
    if (this.#url === '') return new Map()
    try {
      const signal = AbortSignal.timeout(2000)
      const response = await fetch(`${this.#url}/api/v1/sites`, { signal })
      const { sites } = (await response.json()) as { readonly sites: readonly SiteAnswer[] }
      return new Map(
        sites.map(({ site, streams }) => {
          const records = streams.reduce((sum, each) => sum + each.records, 0)
          const missing = streams.reduce((sum, each) => sum + each.missing, 0)
          return [site, { records, missing }]
        }),
      )
    } catch {
      return new Map()
    }
  }

  async stop(): Promise<void> {
    await this.child.stop(CENTRE_PATIENCE_MS)
  }
}

interface SiteAnswer {
  readonly site: string
  readonly streams: readonly { readonly records: number; readonly missing: number }[]
}

const READY = /^ready mqtt=(\S+) http=(\S+)/
/** Within the two seconds within which Ctrl-C has to be done. */
const CENTRE_PATIENCE_MS = 1500
