import { assert } from '../../core/assert.ts'
import type { Keeper } from '../ports.ts'
import type { Message } from '../session/message.ts'
import { encodeMessage, messageKey } from './message-record.ts'

/** Messages that wait for somebody, once each, however many wait for them. */
export class MessageShelf {
  readonly #keeper: Keeper
  readonly #held = new Map<Message, { readonly number: number; holders: number }>()
  #lastNumber = 0

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  /** One delivery more needs it; returns the number under which it is kept. */
  hold(message: Message): number {
    const held = this.#held.get(message)
    if (held !== undefined) {
      held.holders++
      return held.number
    }
    const number = ++this.#lastNumber
    this.#held.set(message, { number, holders: 1 })
    this.#keeper.put(messageKey(number), encodeMessage(message))
    return number
  }

  numberOf(message: Message): number {
    const held = this.#held.get(message)
    assert(held !== undefined, 'what waits is held')
    return held.number
  }

  release(message: Message): void {
    const held = this.#held.get(message)
    if (held === undefined || --held.holders > 0) return
    this.#held.delete(message)
    this.#keeper.remove(messageKey(held.number))
  }

  /** As the last process left it: kept under this number, held by nobody yet. */
  restore(number: number, message: Message): void {
    this.#lastNumber = Math.max(this.#lastNumber, number)
    this.#held.set(message, { number, holders: 0 })
  }

  /** What nobody holds after all has been restored. */
  sweep(): void {
    for (const [message, { number, holders }] of this.#held) {
      if (holders > 0) continue
      this.#held.delete(message)
      this.#keeper.remove(messageKey(number))
    }
  }
}
