import { setImmediate } from 'node:timers/promises'
import { InventoryDesk } from '../../src/edge/uplink/inventory-desk.ts'
import { type Envelope, decodeEnvelope } from '../../src/uplink/envelope.ts'
import type { InventoryDevice } from '../../src/uplink/inventory.ts'
import type { Parts } from './parts.ts'

/** A site that says what devices it has, and answers what the centre asks. */
export class TestedInventory {
  readonly #site: string
  readonly #centre: Pick<Parts, 'inbox' | 'asked'>
  readonly #desk: InventoryDesk
  #sent: Envelope[] = []
  devices: readonly InventoryDevice[] = []

  constructor(centre: Pick<Parts, 'inbox' | 'asked'>, site: string) {
    this.#site = site
    this.#centre = centre
    this.#desk = new InventoryDesk({
      site,
      isAsked: true,
      gate: { ask: async (all) => all.map(() => ({ kind: 'leaves', redacted: [] })) },
      devices: () => this.devices,
      secret: () => new Uint8Array(32),
      send: (bytes) => this.#sent.push(decodeEnvelope(bytes)),
    })
  }

  /** Pages that were sent so far. */
  get pages(): number {
    return this.#desk.pagesSent
  }

  /** As after a connection: it says what there is, and nothing is on its way any more when this resolves. */
  async tell(): Promise<void> {
    this.#desk.connected()
    this.#desk.look(performance.now())
    while (this.#sent.length === 0) await setImmediate()
    while (this.#sent.length > 0) {
      const sent = this.#sent
      this.#sent = []
      await this.#centre.inbox.commit(sent, Date.now() * 1000)
      for (const { site, question } of this.#centre.asked.splice(0))
        if (site === this.#site && question.kind === 'inventory') this.#desk.answer(question.pages)
    }
  }
}
