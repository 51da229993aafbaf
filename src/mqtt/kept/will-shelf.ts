import type { Will } from '../packet/connect.ts'
import type { Keeper } from '../ports.ts'
import { decodeRecord, encodeRecord, numberOf, textOf } from './record.ts'

/** A will as it is kept, by client id. */
export interface KeptWill {
  readonly will: Will
  /** Whose client left it; undefined: nobody's in particular. */
  readonly owner: string | undefined
  /** When it is to go out; undefined: its client was connected. */
  readonly dueMs: number | undefined
}

export const WILL = 'will/'

/** Wills of clients that are connected, and those whose delay has not passed: a crash of the server does not swallow them. */
export class WillShelf {
  readonly #keeper: Keeper
  readonly #kept = new Set<string>()

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  put(clientId: string, { will, owner, dueMs }: KeptWill): void {
    const { willDelaySeconds, ...properties } = will.properties
    this.#kept.add(clientId)
    const record = encodeRecord({ owner, dueMs, willDelaySeconds }, { ...will, properties })
    this.#keeper.put(`${WILL}${clientId}`, record)
  }

  remove(clientId: string): void {
    if (this.#kept.delete(clientId)) this.#keeper.remove(`${WILL}${clientId}`)
  }

  /** As the last process left it. Throws where the bytes are no will. */
  restore(clientId: string, bytes: Uint8Array): KeptWill {
    this.#kept.add(clientId)
    const { head, content } = decodeRecord(bytes)
    const { owner, dueMs, willDelaySeconds } = head
    const properties = { ...content.properties }
    if (willDelaySeconds !== undefined) properties.willDelaySeconds = numberOf(willDelaySeconds)
    return {
      will: { ...content, properties },
      owner: owner === undefined ? undefined : textOf(owner),
      dueMs: dueMs === undefined ? undefined : numberOf(dueMs),
    }
  }
}
