import {
  BATCH_BYTES,
  CONTENT_AT,
  LENGTH_AT,
  POINTS_AT,
  QUALITIES_AT,
  TIMES_AT,
  VALUES_AT,
} from '../../kernel/sdk/layout.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  alloc(bytes: number): number
  configure(at: number, bytes: number): number
  process(rows: number): number
  outputs(): number
}

/** The bytes of every record that a processor's own module puts out for these readings, by the ABI alone and one reading at a time. */
export function recordsOf(
  bytes: Uint8Array<ArrayBuffer>,
  settings: object,
  readings: readonly TrialReading[],
): Buffer {
  const own = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports
  const batch = own.alloc(BATCH_BYTES)
  const tell = (given: object): void => {
    const text = Buffer.from(JSON.stringify(given))
    const at = own.alloc(text.length)
    new Uint8Array(own.memory.buffer).set(text, at)
    own.configure(at, text.length)
  }
  tell({ settings, site: {}, subjects: [] })
  const records: Buffer[] = []
  const subjects: string[] = []
  for (const { subject, time, value, quality = 0 } of readings) {
    let number = subjects.indexOf(subject)
    if (number < 0) {
      number = subjects.push(subject) - 1
      tell({ subjects: [{ number, kind: 'device', id: subject, entry: 'null' }] })
      tell({ points: [{ number, subject: number, quantity: 'power.active', unit: '' }] })
    }
    const view = new DataView(own.memory.buffer)
    view.setUint32(batch + POINTS_AT, number, true)
    view.setBigInt64(batch + TIMES_AT, BigInt(time), true)
    view.setFloat64(batch + VALUES_AT, value, true)
    view.setUint16(batch + QUALITIES_AT, quality, true)
    own.process(1)
    const at = own.outputs()
    const length = new DataView(own.memory.buffer).getUint32(at + LENGTH_AT, true)
    records.push(Buffer.from(own.memory.buffer.slice(at + CONTENT_AT, at + CONTENT_AT + length)))
  }
  return Buffer.concat(records)
}
