import { limits } from '../core/limits.ts'
import type { Answer, Request } from './transfer.ts'

/** Fetches one content, a piece at a time, from where it came to before: over a thin link, with cuts, and from whatever worker answers. */
export class Download {
  readonly digest: string
  readonly #most: number
  #received: number
  #total: number | undefined
  /** When the piece that was asked for is asked for again. */
  #askedMs = -Infinity
  #missing = false

  /** `received`: so many bytes are on the disk. `most`: more it may not be. */
  constructor(digest: string, { received, most }: { received: number; most: number }) {
    this.digest = digest
    this.#received = received
    this.#most = most
  }

  get received(): number {
    return this.#received
  }

  /** The centre does not have it. */
  get isMissing(): boolean {
    return this.#missing
  }

  /** All bytes are there; whether they are the right ones their digest says. */
  get isDone(): boolean {
    return this.#total !== undefined && this.#received >= this.#total
  }

  /** What to ask now; undefined: an answer is waited for, or nothing is lacking. */
  due(nowMs: number): Request | undefined {
    if (this.isDone || this.#missing || nowMs - this.#askedMs < limits.pieceAgainMs)
      return undefined
    this.#askedMs = nowMs
    return { kind: 'read', digest: this.digest, offset: this.#received }
  }

  /** A new connection: what was asked over the old one may never be answered. */
  reconnected(): void {
    this.#askedMs = -Infinity
  }

  /** What to put at the end of what is there; undefined: nothing, for it comes twice or is of something else. */
  take(answer: Answer): Uint8Array | undefined {
    if (answer.kind !== 'piece' && answer.kind !== 'nothing') return undefined
    if (answer.digest !== this.digest) return undefined
    this.#missing = answer.kind === 'nothing' || answer.total > this.#most
    if (answer.kind === 'nothing' || answer.offset !== this.#received || this.#missing)
      return undefined
    if (answer.bytes.length === 0 && answer.total > this.#received) return undefined
    this.#total = answer.total
    this.#received += answer.bytes.length
    this.#askedMs = -Infinity
    return answer.bytes
  }
}
