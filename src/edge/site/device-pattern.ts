import { limits } from '../../core/limits.ts'
import type { Device } from './schema.ts'

interface Range {
  /** As written, `{001..125}`: the same text elsewhere in the entry takes the same number. */
  readonly text: string
  readonly first: number
  readonly length: number
  /** Digits to pad to; the first number says so by a leading zero. */
  readonly digits: number
  /** Devices of the entry that go by before the next number. */
  readonly stride: number
}

/** The ranges of an id and how many devices they stand for. */
export interface Pattern {
  readonly id: string
  readonly ranges: readonly Range[]
  readonly devices: number
}

const RANGE = /\{(\d{1,9})\.\.(\d{1,9})\}/g

/** The pattern, or what is wrong with it. An id without a range is a pattern of one device. */
export function parsePattern(id: string): Pattern | string {
  if (!id.includes('{')) return { id, ranges: [], devices: 1 }
  const ranges: Range[] = []
  let devices = 1
  for (const [text, first = '', last = ''] of [...id.matchAll(RANGE)].toReversed()) {
    const length = Number(last) - Number(first) + 1
    if (length < 1) return `${text}: a range begins with its smaller number`
    const digits = first.startsWith('0') ? first.length : 0
    ranges.unshift({ text, first: Number(first), length, digits, stride: devices })
    devices *= length
    if (devices > limits.devices) return `more than ${limits.devices} devices`
  }
  return { id, ranges, devices }
}

/** `text` (the id, or a reference that repeats ranges of the id) for device `index` of the pattern. */
export function writeOut(text: string, pattern: Pattern, index: number): string {
  return pattern.ranges.reduce((written, { text: range, first, length, digits, stride }) => {
    const number = first + (Math.floor(index / stride) % length)
    const padded = String(number).padStart(digits, '0')
    return written.replace(range, padded)
  }, text)
}

/** Every device that the entry stands for. */
export function expandDevice(entry: Device): readonly Device[] {
  const pattern = parsePattern(entry.id)
  if (typeof pattern === 'string' || pattern.ranges.length === 0) return [entry]
  const { id, feeder, transformer, voltageLevel } = entry
  return Array.from({ length: pattern.devices }, (_, index) => ({
    ...entry,
    id: writeOut(id, pattern, index),
    ...(feeder === undefined ? {} : { feeder: writeOut(feeder, pattern, index) }),
    ...(transformer === undefined ? {} : { transformer: writeOut(transformer, pattern, index) }),
    ...(voltageLevel === undefined ? {} : { voltageLevel: writeOut(voltageLevel, pattern, index) }),
  }))
}
