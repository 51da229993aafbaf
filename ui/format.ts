/** Numbers and times for people. Numbers are the same in both languages, times are those of the browser's place. */

const MISSING = '–'
/** Units that grow by thousands; a temperature or a share does not. */
const SCALED = new Set(['V', 'A', 'W', 'var', 'VA', 'W.h', 'var.h'])
const SHOWN: Readonly<Record<string, string>> = { Cel: '°C', 'W.h': 'Wh', 'var.h': 'varh', '1': '' }
const PREFIXES = [
  { factor: 1e9, sign: 'G' },
  { factor: 1e6, sign: 'M' },
  { factor: 1e3, sign: 'k' },
] as const

export interface Measure {
  readonly number: string
  readonly unit: string
}

/** Four digits, with the prefix of the unit that makes them few before the point. */
export function measureOf(value: number | null | undefined, unit: string): Measure {
  const shown = SHOWN[unit] ?? unit
  if (value === null || value === undefined || !Number.isFinite(value))
    return { number: MISSING, unit: '' }
  if (!SCALED.has(unit)) return { number: digitsOf(value), unit: shown }
  const prefix = PREFIXES.find(({ factor }) => Math.abs(value) >= factor)
  if (prefix === undefined) return { number: digitsOf(value), unit: shown }
  return { number: digitsOf(value / prefix.factor), unit: prefix.sign + shown }
}

export function measureText(value: number | null | undefined, unit: string): string {
  const { number, unit: shown } = measureOf(value, unit)
  return shown === '' ? number : `${number}\u202f${shown}`
}

/** As many places as leave four digits, so that columns of one quantity stand still while they change. */
function digitsOf(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3
  return fixed(value, places)
}

export function fixed(value: number | null | undefined, places: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING
  return value.toFixed(places).replace('-', '\u2212')
}

export function countText(value: number | undefined): string {
  return value === undefined ? MISSING : Math.round(value).toLocaleString('en-US')
}

export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return MISSING
  const prefix = PREFIXES.find(({ factor }) => bytes >= factor)
  return prefix === undefined
    ? `${bytes}\u202fB`
    : `${digitsOf(bytes / prefix.factor)}\u202f${prefix.sign}B`
}

export function dateTime(time: string | number | null | undefined): string {
  const date = new Date(time ?? Number.NaN)
  if (Number.isNaN(date.getTime())) return MISSING
  return `${dateOf(date)}\u00a0${clockTime(date.getTime())}`
}

export function clockTime(timeMs: number): string {
  const date = new Date(timeMs)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** To the millisecond, for a cursor. */
export function exactTime(timeMs: number): string {
  const part = String(Math.floor(((timeMs % 1000) + 1000) % 1000)).padStart(3, '0')
  return `${dateTime(timeMs)}.${part}`
}

function dateOf(date: Date): string {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** The two largest units of a length of time: `3 d 4 h`, `12 min`, `0.4 s`. */
export function lengthText(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return MISSING
  if (seconds < 10) return `${fixed(seconds, seconds < 1 ? 3 : 1)}\u202fs`
  const units = [
    { seconds: 86_400, sign: 'd' },
    { seconds: 3600, sign: 'h' },
    { seconds: 60, sign: 'min' },
    { seconds: 1, sign: 's' },
  ]
  const first = units.findIndex((unit) => seconds >= unit.seconds)
  const words: string[] = []
  let rest = seconds
  for (const unit of units.slice(first, first + 2)) {
    const whole = Math.floor(rest / unit.seconds)
    rest -= whole * unit.seconds
    if (whole > 0) words.push(`${whole}\u202f${unit.sign}`)
  }
  return words.join(' ')
}
