import { quality } from '../core/quality.ts'
import { Micros } from '../core/time.ts'
import type { Outcome } from './decoder.ts'
import { isObject, type Json, type JsonObject, numberOf, quote } from './json.ts'
import { append, type Context, refuse } from './reading.ts'

/** A list whose first record speaks SenML (RFC 8428): `{"n":…}` or any base field in front of one. */
export function isSenml(items: readonly Json[]): boolean {
  const first = items[0]
  return isObject(first) && !('values' in first) && LABELS.some((label) => label in first)
}

/**
 * Resolves the records of a pack (RFC 8428, 4.6) into readings. The name without the device's own id in front is the
 * quantity. An integral over time (`s`) is a quantity of its own, `<name>.sum`. What cannot be kept is refused: text and
 * data (`vs`, `vd`), and labels that end in `_`, which say "understand me or leave it" (4.4).
 */
export function readSenml(items: readonly Json[], context: Context): Outcome {
  let base: Base = { name: '', unit: '', time: 0, value: 0, sum: 0 }
  for (const item of items) {
    if (!isObject(item))
      return refuse(context.draft, 'a SenML pack with something else than records')
    const next = rebase(base, item)
    if (typeof next === 'string') return refuse(context.draft, next)
    base = next
    const outcome = readRecord(base, item, context)
    if (outcome !== 'ok') return outcome
  }
  return 'ok'
}

interface Base {
  readonly name: string
  readonly unit: string
  readonly time: number
  readonly value: number
  readonly sum: number
}

/** The base fields after a record has had its say, or a complaint. */
function rebase(base: Base, item: JsonObject): Base | string {
  const must = Object.keys(item).find((label) => label.endsWith('_'))
  if (must !== undefined) return `a SenML record that must be understood: ${quote(must)}`
  const {
    bver: version = VERSION,
    bn: name = base.name,
    bu: unit = base.unit,
    bt: time = base.time,
    bv: value = base.value,
    bs: sum = base.sum,
  } = item
  if (typeof version !== 'number' || version > VERSION)
    return `a SenML version later than ${VERSION}`
  if (
    typeof name !== 'string' ||
    typeof unit !== 'string' ||
    typeof time !== 'number' ||
    typeof value !== 'number' ||
    typeof sum !== 'number'
  )
    return 'a SenML base field of the wrong type'
  return { name, unit, time, value, sum }
}

function readRecord(base: Base, item: JsonObject, context: Context): Outcome {
  const { draft, device, now } = context
  const kinds = VALUES.filter((label) => label in item)
  if (kinds.length === 0 && !('s' in item)) {
    return 'n' in item ? refuse(draft, 'a SenML record with a name and no value') : 'ok'
  }
  if (kinds.length > 1) return refuse(draft, `a SenML record with both ${kinds.join(' and ')}`)
  const { n = '', u: unit = base.unit, t = 0, s } = item
  if (typeof n !== 'string' || typeof unit !== 'string' || typeof t !== 'number')
    return refuse(draft, 'a SenML record with a field of the wrong type')
  const name = quantityOf(base.name + n, device)
  const seconds = base.time + t
  const time = timeOf(seconds, now)
  const bits = seconds < ABSOLUTE ? quality.timeOfArrival : quality.good
  const [kind] = kinds
  if (kind !== undefined) {
    const number = kind === 'vs' || kind === 'vd' ? undefined : numberOf(item[kind])
    if (number === undefined) return refuse(draft, `${quote(name)} is not a number`)
    const value = kind === 'v' ? base.value + number : number
    const outcome = append(context, { name, unit, time, value, bits })
    if (outcome !== 'ok') return outcome
  }
  if (s === undefined) return 'ok'
  if (typeof s !== 'number') return refuse(draft, `the sum of ${quote(name)} is not a number`)
  const value = base.sum + s
  return append(context, { name: `${name}.sum`, unit: unit && `${unit}.s`, time, value, bits })
}

/** Below 2^28 a time is relative to now (RFC 8428, 4.5.3), so it is as good as the time of arrival. */
function timeOf(seconds: number, now: Micros): Micros {
  const micros = Math.round(seconds * 1e6)
  return Micros(seconds < ABSOLUTE ? now + micros : micros)
}

function quantityOf(name: string, device: string): string {
  if (!name.startsWith(device)) return name
  const rest = name.slice(device.length)
  return /^[:/._-]./.test(rest) ? rest.slice(1) : name
}

const ABSOLUTE = 2 ** 28
const VERSION = 10
const VALUES = ['v', 'vb', 'vs', 'vd'] as const
const LABELS = ['n', 'bn', 'bt', 'bu', 'bv', 'bs', 'bver']
