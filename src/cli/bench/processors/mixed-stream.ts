import type { Columns } from '../../../core/batch.ts'
import { seededRandom } from '../../../core/random.ts'
import type { NamedPoint, SiteEntry } from '../../../kernel/site-book.ts'

const FEEDERS = 8
const METERS = 125
const START_US = Date.UTC(2026, 0, 31) * 1000
const PERIOD_US = 1_000_000

/** As in a site file. */
type Entry = { readonly id: string } & Readonly<Record<string, unknown>>

interface Source {
  readonly quantity: string
  /** About which it moves, and by which share. */
  readonly value: number
  readonly noise: number
}

const METER: readonly Source[] = [
  { quantity: 'voltage.a', value: 230, noise: 0.02 },
  { quantity: 'current.a', value: 12, noise: 0.3 },
  { quantity: 'power.active', value: 2700, noise: 0.3 },
  { quantity: 'energy.active.import', value: 0, noise: 0 },
]
const RTU: readonly Source[] = [
  ...['a', 'b', 'c'].flatMap((phase) => [
    { quantity: `voltage.${phase}`, value: 5774, noise: 0.01 },
    { quantity: `current.${phase}`, value: 180, noise: 0.1 },
  ]),
  { quantity: 'power.active', value: 3e6, noise: 0.1 },
]
const PQ_METER: readonly Source[] = [
  ...['ab', 'bc', 'ca'].map((pair) => ({
    quantity: `voltage.${pair}`,
    value: 10_000,
    noise: 0.01,
  })),
  { quantity: 'frequency', value: 50, noise: 0.0004 },
  { quantity: 'thd.voltage.a', value: 2.5, noise: 0.2 },
  { quantity: 'flicker.pst', value: 0.4, noise: 0.3 },
]
const MONITOR: readonly Source[] = [
  { quantity: 'current.a', value: 100, noise: 0.1 },
  { quantity: 'temperature.oil', value: 58, noise: 0.01 },
  { quantity: 'temperature.ambient', value: 21, noise: 0.01 },
]

/** What a substation sends: a thousand meters on eight feeders, their heads, power quality meters and transformers, once a second each. */
export class MixedStream {
  readonly site = { id: 'bench', name: 'Bench', frequencyHz: 50, limits: 'en50160' }
  readonly subjects: readonly SiteEntry[]
  readonly points: NamedPoint[] = []
  readonly #sources: Source[] = []
  readonly #random = seededRandom(7)
  #next = 0

  constructor() {
    const entries: SiteEntry[] = []
    const add = (kind: SiteEntry['kind'], entry: Entry): number =>
      entries.push({ kind, id: entry.id, entry })
    add('voltageLevel', { id: '110kv', nominalV: 110e3 })
    for (const section of [1, 2]) {
      add('voltageLevel', { id: `10kv-${section}`, nominalV: 10e3 })
      const ends = { from: '110kv', to: `10kv-${section}` }
      add('transformer', { id: `t${section}`, ...ends, ratedVa: 25e6, cooling: 'ONAF' })
    }
    for (let feeder = 1; feeder <= FEEDERS; feeder++) {
      const section = feeder <= FEEDERS / 2 ? 1 : 2
      const own = { voltageLevel: `10kv-${section}`, transformer: `t${section}` }
      add('feeder', { id: `f${feeder}`, ...own })
    }
    this.subjects = entries
    this.#device('t', 2, MONITOR, (n) => ({ kind: 'transformer-monitor', transformer: `t${n}` }))
    this.#device('pq', 2, PQ_METER, (n) => ({ kind: 'pq-meter', voltageLevel: `10kv-${n}` }))
    this.#device('rtu', FEEDERS, RTU, (n) => ({ kind: 'rtu', feeder: `f${n}` }))
    this.#device('m', FEEDERS * METERS, METER, (n) => {
      const nominal = { voltageV: 230, currentA: 60 }
      return { kind: 'meter', feeder: `f${1 + (n % FEEDERS)}`, phase: 'a', nominal }
    })
  }

  #device(name: string, count: number, sources: readonly Source[], entry: (n: number) => object) {
    for (let number = 1; number <= count; number++) {
      const id = `${name}${number}`
      const subjects = this.subjects as SiteEntry[]
      subjects.push({ kind: 'device', id, entry: { id, ...entry(number), intervalMs: 1000 } })
      for (const source of sources) {
        const { quantity } = source
        this.points.push({ number: this.points.length, device: id, quantity, unit: '' })
        this.#sources.push(source)
      }
    }
  }

  /** The next readings, as a row of the journal has them. */
  next(count: number): Columns {
    const columns = {
      points: new Uint32Array(count),
      times: new Float64Array(count),
      values: new Float64Array(count),
      qualities: new Uint16Array(count),
    }
    for (let row = 0; row < count; row++, this.#next++) {
      const point = this.#next % this.points.length
      const round = Math.floor(this.#next / this.points.length)
      const { value, noise } = this.#sources[point] as Source
      columns.points[row] = point
      columns.times[row] = START_US + round * PERIOD_US + (point % 997) * 1000
      // A register counts up; everything else moves about its value.
      columns.values[row] =
        value === 0 ? round * 0.75 : value * (1 + noise * (this.#random() + this.#random() - 1))
    }
    return columns
  }
}
