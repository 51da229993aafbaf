import type { Inspector } from '../ports.ts'
import type { Delivery } from '../session/delivery.ts'
import { type Message, messageBytes } from '../session/message.ts'

interface Held<Terms> {
  readonly delivery: Delivery
  readonly terms: Terms
  readonly bytes: number
  /** Undefined until the inspector has answered. */
  answer: { readonly message: Message | undefined } | undefined
}

export interface Inspected<Terms> {
  /** False: nothing is sent any more; whatever the session is owed waits for its next connection. */
  isOpen(): boolean
  /** May be sent, with the message as it is in the delivery now. */
  passed(delivery: Delivery, terms: Terms, nowMs: number): void
  /** May not be sent. */
  withheld(delivery: Delivery, terms: Terms): void
  /** What was to be heard was heard; there is room for more. */
  settled(nowMs: number): void
}

/** Deliveries to one client that somebody looks at before they are sent. They go out in the order in which they came. */
export class InspectedDeliveries<Terms> {
  readonly #inspector: Inspector
  readonly #to: Inspected<Terms>
  readonly #held: Held<Terms>[] = []
  #bytes = 0

  constructor(inspector: Inspector, to: Inspected<Terms>) {
    this.#inspector = inspector
    this.#to = to
  }

  /** What waits for the inspector; counts like what waits in a socket. */
  get bytes(): number {
    return this.#bytes
  }

  take(delivery: Delivery, terms: Terms): void {
    const { message } = delivery
    if (!this.#inspector.mayPass(message)) {
      this.#to.withheld(delivery, terms)
      return
    }
    const held: Held<Terms> = { delivery, terms, bytes: messageBytes(message), answer: undefined }
    this.#held.push(held)
    this.#bytes += held.bytes
    this.#inspector.inspect(message, (passed, nowMs) => {
      held.answer = { message: passed }
      this.#release(nowMs)
    })
  }

  #release(nowMs: number): void {
    for (let [first] = this.#held; first?.answer !== undefined; [first] = this.#held) {
      this.#held.shift()
      this.#bytes -= first.bytes
      const { message } = first.answer
      if (!this.#to.isOpen()) continue
      if (message === undefined) this.#to.withheld(first.delivery, first.terms)
      else this.#to.passed({ ...first.delivery, message }, first.terms, nowMs)
    }
    if (this.#to.isOpen()) this.#to.settled(nowMs)
  }
}
