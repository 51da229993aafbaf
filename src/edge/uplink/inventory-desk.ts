import { createHmac } from 'node:crypto'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { encodeEnvelope } from '../../uplink/envelope.ts'
import type { Candidate, Gate } from '../../uplink/gate.ts'
import {
  type Inventory,
  type InventoryDevice,
  pageDigest,
  pagesOf,
} from '../../uplink/inventory.ts'

export interface InventoryParts {
  readonly site: string
  readonly gate: Gate
  /** As they are now. */
  readonly devices: () => readonly InventoryDevice[]
  /** By which names that were taken out are replaced; undefined: not yet. */
  readonly secret: () => Uint8Array | undefined
  /** The centre says which pages it does not have; otherwise it gets all of them. */
  readonly isAsked: boolean
  /** To the topic of the inventory. */
  readonly send: (envelope: Uint8Array) => void
}

interface Cleared {
  readonly pages: readonly (readonly InventoryDevice[])[]
  readonly withheld: number
}

/** Says to the centre what devices there are, as far as the policy lets it, and sends the pages that the centre does not have. */
export class InventoryDesk {
  readonly #parts: InventoryParts
  /** As they were when the gate was asked last, and when that was. */
  #asked = ''
  #askedMs = -Infinity
  #toldMs = -Infinity
  #lookedMs = -Infinity
  #cleared: Cleared | undefined
  #isBusy = false
  /** Pages that are sent unasked, and have not been yet. */
  #unsent: number[] = []
  /** Why the gate does not decide; empty: it does. */
  held = ''
  pagesSent = 0

  constructor(parts: InventoryParts) {
    this.#parts = parts
  }

  /** The centre may be another one, or its database an earlier one: it is told at once. */
  connected(): void {
    this.#toldMs = -Infinity
    this.#lookedMs = -Infinity
  }

  /** While there is a connection; looks only once in a while. */
  look(nowMs: number): void {
    this.answer(this.#unsent.splice(0, UNASKED_PAGES))
    if (this.#isBusy || nowMs - this.#lookedMs < limits.inventoryLookMs) return
    this.#lookedMs = nowMs
    this.#isBusy = true
    void this.#tell(nowMs).finally(() => (this.#isBusy = false))
  }

  /** What the centre asks for. */
  answer(pages: readonly number[]): void {
    const all = this.#cleared?.pages ?? []
    for (const page of new Set(pages)) {
      const devices = all[page]
      if (devices === undefined) continue
      this.pagesSent++
      this.#send({ kind: 'page', page, pages: all.length, devices })
    }
  }

  async #tell(nowMs: number): Promise<void> {
    const secret = this.#parts.secret()
    if (secret === undefined) return
    const devices = this.#parts.devices()
    const text = JSON.stringify(devices)
    // The rules may have changed, too.
    const isDue = nowMs - this.#askedMs >= limits.inventoryMs
    if (text !== this.#asked || isDue || this.#cleared === undefined) {
      const cleared = await this.#clear(devices, secret)
      if (cleared === undefined) return
      this.#toldMs = text === this.#asked ? this.#toldMs : -Infinity
      this.#cleared = cleared
      this.#asked = text
      this.#askedMs = nowMs
    }
    if (nowMs - this.#toldMs < limits.inventoryMs) return
    this.#toldMs = nowMs
    const { pages, withheld } = this.#cleared
    this.#send({ kind: 'summary', digests: pages.map(pageDigest), withheld })
    if (!this.#parts.isAsked) this.#unsent = [...pages.keys()]
  }

  /** Undefined: nobody could decide. */
  async #clear(
    devices: readonly InventoryDevice[],
    secret: Uint8Array,
  ): Promise<Cleared | undefined> {
    const left: InventoryDevice[] = []
    let withheld = 0
    for (let at = 0; at < devices.length; at += limits.clearedAtOnce) {
      const some = devices.slice(at, at + limits.clearedAtOnce)
      const verdicts = await this.#parts.gate.ask(some.map(candidateOf)).catch(errorText)
      if (typeof verdicts === 'string') {
        this.held = verdicts
        return undefined
      }
      for (const [index, device] of some.entries()) {
        const verdict = verdicts[index]
        if (verdict === undefined || verdict.kind === 'undecided') {
          this.held = verdict?.reason ?? 'the policy gave no answer'
          return undefined
        }
        if (verdict.kind === 'leaves') left.push(redacted(device, verdict.redacted, secret))
        else withheld++
      }
    }
    this.held = ''
    return { pages: pagesOf(left), withheld }
  }

  #send(inventory: Inventory): void {
    const { site, send } = this.#parts
    const head = { site, stream: STREAM, epoch: 0, first: 0, last: 0, isBackfill: false }
    const bytes = encodeEnvelope({ ...head, body: { kind: 'inventory', inventory } })
    if (bytes !== undefined) send(bytes)
  }
}

/** With each look, of which there are five a second: half a megabyte a second at most. */
const UNASKED_PAGES = 8

/** Of the topic; it is no stream of records. */
export const STREAM = 'inventory'

function candidateOf({ id, kind, ...fields }: InventoryDevice): Candidate {
  return {
    class: 'inventory',
    kind,
    subject: { kind: 'device', id },
    windowSeconds: 0,
    members: 1,
    fields,
  }
}

function redacted(
  device: InventoryDevice,
  names: readonly string[],
  secret: Uint8Array,
): InventoryDevice {
  const gone = new Set(names)
  const text = (name: 'feeder' | 'transformer' | 'voltageLevel'): string =>
    gone.has(name) ? '' : device[name]
  return {
    id: gone.has('subject') ? wordFor(device.id, secret) : device.id,
    kind: device.kind,
    feeder: text('feeder'),
    transformer: text('transformer'),
    voltageLevel: text('voltageLevel'),
    state: device.state,
    heard: gone.has('heard') ? 0 : device.heard,
  }
}

/** Of this device in the inventory, and nowhere else. */
function wordFor(id: string, secret: Uint8Array): string {
  const hash = createHmac('sha256', secret).update(JSON.stringify(['inventory', id]))
  return `~${hash.digest('base64url').slice(0, 22)}`
}
