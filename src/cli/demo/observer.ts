import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface EdgeFigures {
  readonly stored: number | undefined
  readonly readingsPerSecond: number | undefined
  readonly diskBytes: number | undefined
}

/** Watches an edge from outside, as anybody could: its ledger over HTTP, and the size of its folder. */
export class Observer {
  readonly #url: string
  readonly #folder: string
  #last: { readonly stored: number; readonly atMs: number } | undefined

  constructor(source: { readonly url: string; readonly folder: string }) {
    this.#url = source.url
    this.#folder = source.folder
  }

  async look(): Promise<EdgeFigures> {
    const [stored, diskBytes] = await Promise.all([this.#stored(), folderBytes(this.#folder)])
    if (stored === undefined) return { stored, diskBytes, readingsPerSecond: undefined }
    const atMs = performance.now()
    const last = this.#last
    this.#last = { stored, atMs }
    const readingsPerSecond =
      last === undefined ? undefined : ((stored - last.stored) * 1000) / (atMs - last.atMs)
    return { stored, diskBytes, readingsPerSecond }
  }

  async #stored(): Promise<number | undefined> {
    try {
      const response = await fetch(`${this.#url}/api/v1/ledger`, {
        signal: AbortSignal.timeout(2000),
      })
      const { totals } = (await response.json()) as { totals?: { stored?: number } }
      return totals?.stored
    } catch {
      // An edge that does not answer shows as a dash; whether it runs, its process tells.
      return undefined
    }
  }
}

/** Blocks taken on disk. Files may come and go meanwhile. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (status) => (status.isFile() ? status.blocks * 512 : 0),
        () => 0,
      ),
    ),
  )
  return sizes.reduce((total, bytes) => total + bytes, 0)
}
