import { hash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { GridError, errorText } from '../core/errors.ts'
import { Micros, formatTime, parseTime } from '../core/time.ts'
import type { Plan } from './plan.ts'
import { type Range, Ranges, areRanges } from './ranges.ts'

/**
 * What the devices know of their own: which samples were acknowledged. Readings follow from seed, device and sample,
 * so this says to the unit what an edge must have, times and values included.
 */
export interface Ledger {
  readonly version: 1
  readonly seed: number
  /** Absent: the weather was calm. */
  readonly isStormy?: boolean
  /** RFC 3339: the instant of sample 0 of the first device. */
  readonly startedAt: string
  readonly intervalMs: number
  /** False while the run goes on, and for ever if it was killed: then it lacks the last seconds. */
  readonly complete: boolean
  /** Every device of the run, in the order of the model. */
  readonly devices: Readonly<Record<string, LedgerEntry>>
}

export interface LedgerEntry {
  /** Messages handed to the connection; sending one again does not count again. */
  readonly sent: number
  /** Messages with a PUBACK below 0x80. */
  readonly acknowledged: number
  /** Messages with a PUBACK of 0x80 or more. */
  readonly refused: number
  /** Samples that the device gave up because its memory was full while the edge was away. */
  readonly dropped: number
  readonly readingsAcknowledged: number
  readonly firstTime: string | null
  readonly lastTime: string | null
  /** Over the acknowledged payloads, in whatever order they were acknowledged. */
  readonly digest: string
  readonly samples: readonly Range[]
}

export class DeviceAccount {
  sent = 0
  refused = 0
  dropped = 0
  readonly #samples = new Ranges()
  #acknowledged = 0
  #readings = 0
  #firstMs = Infinity
  #lastMs = -Infinity
  readonly #digest = new Digest()

  acknowledge(k: number, message: { timeMs: number; payload: string; readings: number }): void {
    if (!this.#samples.add(k)) return
    this.#acknowledged++
    this.#readings += message.readings
    this.#firstMs = Math.min(this.#firstMs, message.timeMs)
    this.#lastMs = Math.max(this.#lastMs, message.timeMs)
    this.#digest.add(message.payload)
  }

  get entry(): LedgerEntry {
    return {
      sent: this.sent,
      acknowledged: this.#acknowledged,
      refused: this.refused,
      dropped: this.dropped,
      readingsAcknowledged: this.#readings,
      firstTime: formatMs(this.#firstMs),
      lastTime: formatMs(this.#lastMs),
      digest: this.#digest.text,
      samples: this.#samples.list.map(([from, to]) => [from, to]),
    }
  }
}

/** The sum of 48 bits of SHA-256 of every payload: the same for every order, different for every set. */
export class Digest {
  #sum = 0

  add(payload: string): void {
    this.#sum = (this.#sum + hash('sha256', payload, 'buffer').readUIntBE(0, 6)) % 2 ** 48
  }

  get text(): string {
    return this.#sum.toString(16).padStart(12, '0')
  }
}

function formatMs(timeMs: number): string | null {
  return Number.isFinite(timeMs) ? formatTime(Micros(timeMs * 1000)) : null
}

/** One device a line. Written beside and renamed, so that a reader never sees half of it. */
export function writeLedger(file: string, { devices, ...head }: Ledger): void {
  const lines = Object.entries(devices).map(
    ([id, entry]) => `${JSON.stringify(id)}:${JSON.stringify(entry)}`,
  )
  const text = `${JSON.stringify(head).slice(0, -1)},"devices":{\n${lines.join(',\n')}\n}}\n`
  const beside = `${file}.${process.pid}.new`
  try {
    writeFileSync(beside, text)
    renameSync(beside, file)
  } catch (cause) {
    throw new GridError('disk', `cannot write the ledger ${file}: ${errorText(cause)}`, { cause })
  }
}

export function readLedger(file: string): Ledger {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GridError('not-found', `cannot read the ledger ${file}: ${errorText(cause)}`, {
      hint: 'busbar simulate --ledger FILE writes one.',
      cause,
    })
  }
  return parseLedger(text, file)
}

export function parseLedger(text: string, file: string): Ledger {
  let ledger: Partial<Ledger> | null = null
  try {
    ledger = JSON.parse(text) as Partial<Ledger> | null
  } catch {
    // Told below, together with every other shape that is no ledger.
  }
  if (!isLedger(ledger)) {
    throw new GridError('input', `${file} is not a ledger of busbar simulate, version 1`)
  }
  return ledger
}

function isLedger(item: Partial<Ledger> | null): item is Ledger {
  if (typeof item !== 'object' || item === null || item.version !== 1) return false
  const { seed, startedAt, intervalMs, devices } = item
  if (typeof seed !== 'number' || typeof startedAt !== 'string') return false
  if (parseTime(startedAt) === undefined || !(Number(intervalMs) >= 1)) return false
  if (typeof devices !== 'object' || devices === null) return false
  return Object.values(devices).every(({ samples }) => Array.isArray(samples) && areRanges(samples))
}

export function planOf({ startedAt, intervalMs, devices }: Ledger): Plan {
  const startMs = (parseTime(startedAt) ?? 0) / 1000
  return { startMs, intervalMs, deviceCount: Object.keys(devices).length }
}
