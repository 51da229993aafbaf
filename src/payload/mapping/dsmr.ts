import { quality } from '../../core/quality.ts'
import { type Micros, parseTime } from '../../core/time.ts'
import type { Outcome } from '../decoder.ts'
import { append, type Context, refuse } from '../reading.ts'
import { crc16 } from './crc16.ts'

/**
 * A telegram of the P1 port (DSMR 4 and later, as it leaves the meter): lines of OBIS references and values, then the CRC-16 of
 * everything from `/` to `!`.
 *
 *     /ISK5\2M550T-1012
 *
 *     0-0:1.0.0(260115083000W)
 *     1-0:1.8.1(001234.567*kWh)
 *     !5F0A
 */
export function readTelegram(payload: Uint8Array, context: Context): Outcome {
  const { draft, now } = context
  const begin = payload.indexOf(SLASH)
  const end = payload.lastIndexOf(EXCLAMATION)
  if (begin < 0 || end < begin)
    return refuse(draft, 'no telegram: it begins with / and ends with !')
  const written = /^[0-9A-Fa-f]{4}(?=\s*$)/.exec(latin1.decode(payload.subarray(end + 1)))?.[0]
  if (written === undefined) return refuse(draft, 'no CRC of four hexadecimal digits after the !')
  if (crc16(payload.subarray(begin, end + 1)) !== Number.parseInt(written, 16))
    return refuse(draft, 'the CRC is wrong: something of the telegram was lost or changed')
  const lines = latin1.decode(payload.subarray(begin, end)).split(/\r?\n/)
  const registers = registersOf(lines)
  const clock = registers.get('0-0:1.0.0')
  const time = clock === undefined ? now : timeOf(clock)
  if (time === undefined) return refuse(draft, '0-0:1.0.0 is not YYMMDDhhmmss and W or S')
  const bits = clock === undefined ? quality.timeOfArrival : quality.good
  return appendAll(registers, { time, bits }, context)
}

/** Reference to what stands in its parentheses, of the lines that have one pair of them. */
function registersOf(lines: readonly string[]): Map<string, string> {
  const registers = new Map<string, string>()
  for (const line of lines) {
    const [, reference, value] = LINE.exec(line) ?? []
    if (reference !== undefined && value !== undefined) registers.set(reference, value)
  }
  return registers
}

/** `260115083000W`: winter time is an hour ahead of UTC, summer time (`S`) two. */
function timeOf(text: string): Micros | undefined {
  const [, year, month, day, hour, minute, second, season] = TIME.exec(text) ?? []
  if (season === undefined) return undefined
  const offset = season === 'W' ? '+01:00' : '+02:00'
  return parseTime(`20${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
}

function appendAll(
  registers: ReadonlyMap<string, string>,
  stamp: { readonly time: Micros; readonly bits: number },
  context: Context,
): Outcome {
  let count = 0
  for (const { name, plus, minus } of READINGS) {
    const present = plus.find((references) => references.every((one) => registers.has(one)))
    if (present === undefined) continue
    const terms = [
      ...present.map((reference) => ({ reference, sign: 1 })),
      ...(minus !== undefined && registers.has(minus) ? [{ reference: minus, sign: -1 }] : []),
    ]
    const sum = sumOf(terms, registers)
    if (typeof sum === 'string') return refuse(context.draft, sum)
    const outcome = append(context, { name, ...sum, ...stamp })
    if (outcome !== 'ok') return outcome
    count++
  }
  return count > 0 ? 'ok' : refuse(context.draft, 'a telegram without a register that is known')
}

/** Or a complaint. The meter writes three decimals, so the sum has no more. */
function sumOf(
  terms: readonly { readonly reference: string; readonly sign: number }[],
  registers: ReadonlyMap<string, string>,
): { readonly value: number; readonly unit: string } | string {
  let total = 0
  let unit: string | undefined
  for (const { reference, sign } of terms) {
    const [, digits, given = ''] = VALUE.exec(registers.get(reference) ?? '') ?? []
    if (digits === undefined) return `${reference} is not a number with its unit`
    if (unit !== undefined && unit !== given) return `${reference} is in another unit than its sum`
    unit = given
    total += sign * Number(digits)
  }
  return { value: Math.round(total * 1e6) / 1e6, unit: unit ?? '' }
}

interface Register {
  readonly name: string
  /** The first of these of which every register is there: a total, or else its tariffs. */
  readonly plus: readonly (readonly string[])[]
  /** Counted against it: what flows the other way. */
  readonly minus?: string
}

function register(name: string, reference: string): Register {
  return { name, plus: [[`1-0:${reference}`]] }
}

/** Total, tariffs 1 and 2. */
function energy(name: string, reference: number): Register[] {
  const at = (tariff: number): string => `1-0:${reference}.8.${tariff}`
  return [
    { name, plus: [[at(0)], [at(1), at(2)]] },
    { name: `${name}.tariff1`, plus: [[at(1)]] },
    { name: `${name}.tariff2`, plus: [[at(2)]] },
  ]
}

function net(name: string, reference: number): Register {
  return { name, plus: [[`1-0:${reference}.7.0`]], minus: `1-0:${reference + 1}.7.0` }
}

const READINGS: readonly Register[] = [
  ...energy('energy.active.import', 1),
  ...energy('energy.active.export', 2),
  ...energy('energy.reactive.import', 3),
  ...energy('energy.reactive.export', 4),
  net('power.active', 1),
  net('power.reactive', 3),
  ...['a', 'b', 'c'].flatMap((phase, index) => [
    register(`voltage.${phase}`, `${32 + 20 * index}.7.0`),
    register(`current.${phase}`, `${31 + 20 * index}.7.0`),
    net(`power.active.${phase}`, 21 + 20 * index),
    net(`power.reactive.${phase}`, 23 + 20 * index),
    register(`dips.voltage.${phase}`, `${32 + 20 * index}.32.0`),
    register(`swells.voltage.${phase}`, `${32 + 20 * index}.36.0`),
  ]),
  { name: 'interruptions', plus: [['0-0:96.7.21']] },
  { name: 'interruptions.long', plus: [['0-0:96.7.9']] },
]

const latin1 = new TextDecoder('latin1')
const LINE = /^(\d+-\d+:\d+\.\d+\.\d+)\(([^()]*)\)$/
const TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([WS])$/
const VALUE = /^(-?\d+(?:\.\d+)?)(?:\*([A-Za-z]+))?$/
const SLASH = 0x2f
const EXCLAMATION = 0x21
