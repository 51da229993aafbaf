import { credentials } from '../query/edge-request.ts'
import type { UplinkFigures } from './table.ts'

export interface EdgeFigures {
  readonly stored: number | undefined
  readonly readingsPerSecond: number | undefined
  readonly journalBytes: number | undefined
  readonly uplink: UplinkFigures | undefined
  /** What the edge says is wrong, a sentence each. */
  readonly problems: readonly string[]
}

/** Watches an edge from outside, as anybody could: by its ledger and its metrics. */
export class Observer {
  readonly #url: string
  #last: { readonly stored: number; readonly atMs: number } | undefined

  constructor(url: string) {
    this.#url = url
  }

  async look(): Promise<EdgeFigures> {
    const [stored, journalBytes, uplink, problems] = await Promise.all([
      this.#stored(),
      this.#journalBytes(),
      this.#uplink(),
      this.#problems(),
    ])
    if (stored === undefined)
      return { stored, journalBytes, uplink, problems, readingsPerSecond: undefined }
    const atMs = performance.now()
    const last = this.#last
    this.#last = { stored, atMs }
    const readingsPerSecond =
      last === undefined ? undefined : ((stored - last.stored) * 1000) / (atMs - last.atMs)
    return { stored, journalBytes, uplink, problems, readingsPerSecond }
  }

  async #stored(): Promise<number | undefined> {
    const text = await this.#get('/api/v1/ledger')
    const { totals } = JSON.parse(text ?? '{}') as { totals?: { stored?: number } }
    return totals?.stored
  }

  async #journalBytes(): Promise<number | undefined> {
    const line = /^busbar_store_journal_bytes (\d+)/m.exec((await this.#get('/metrics')) ?? '')
    return line === null ? undefined : Number(line[1])
  }

  async #uplink(): Promise<UplinkFigures | undefined> {
    const { uplink } = JSON.parse((await this.#get('/api/v1/uplink')) ?? '{}') as {
      uplink?: UplinkFigures | null
    }
    return uplink ?? undefined
  }

  async #problems(): Promise<readonly string[]> {
    const { problems } = JSON.parse((await this.#get('/healthz')) ?? '{}') as {
      problems?: string[]
    }
    return problems ?? []
  }

  /** An edge that does not answer shows as a dash; whether it runs, its process tells. */
  async #get(path: string): Promise<string | undefined> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        headers: credentials(),
        signal: AbortSignal.timeout(2000),
      })
      if (response.status === 401) return undefined
      return await response.text()
    } catch {
      return undefined
    }
  }
}
