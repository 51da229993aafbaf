import { GridError } from '../../core/errors.ts'
import { Download } from '../../fleet/download.ts'
import { type Answer, type Request, encodeRequest } from '../../fleet/transfer.ts'
import type { SetStore } from './set-store.ts'

interface Waiting {
  readonly download: Download
  readonly resolve: () => void
  readonly reject: (fault: GridError) => void
}

/** Fetches contents by their digests, one after the other, each from where it came to. */
export class Contents {
  readonly #store: SetStore
  readonly #send: (bytes: Uint8Array) => void
  #waiting: Waiting | undefined

  constructor(store: SetStore, send: (bytes: Uint8Array) => void) {
    this.#store = store
    this.#send = send
  }

  /** Resolves when it is on the disk and has that digest. Rejects with `not-found` where the centre has it not, or not any more. */
  async bring(digest: string, most: number): Promise<void> {
    if (this.#store.has(digest)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const download = new Download(digest, { received: this.#store.received(digest), most })
    this.#waiting = { download, resolve, reject }
    this.look(performance.now())
    return promise
  }

  look(nowMs: number): void {
    const request: Request | undefined = this.#waiting?.download.due(nowMs)
    if (request !== undefined) this.#send(encodeRequest(request))
  }

  reconnected(): void {
    this.#waiting?.download.reconnected()
  }

  /** What was asked for is wanted no more. */
  cancel(): void {
    this.#end(new GridError('not-found', 'it is wanted no more'))
  }

  answered(answer: Answer): void {
    const download = this.#waiting?.download
    if (download === undefined) return
    const bytes = download.take(answer)
    if (bytes !== undefined) this.#store.append(download.digest, bytes)
    if (download.isMissing)
      this.#end(new GridError('not-found', `the centre has no ${download.digest} for this site`))
    else if (!download.isDone) this.look(performance.now())
    else if (this.#store.finish(download.digest)) this.#end(undefined)
    else this.#end(new GridError('not-found', `${download.digest} came as something else`))
  }

  #end(fault: GridError | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (fault === undefined) waiting?.resolve()
    else waiting?.reject(fault)
  }
}
