import { assert } from '../src/core/assert.ts'
import { seededRandom } from '../src/core/random.ts'
import { CanonicalDecoder } from '../src/payload/canonical.ts'
import { ARRIVAL, newDraft, newNames } from '../src/payload/test-stand.ts'

/**
 * What one payload costs, from its bytes to the columns of a batch. `node bench/decode.ts [messages]` prints one line a
 * workload; the hash is of every column written, so that nothing can be optimised away.
 */
const MESSAGES = Number(process.argv[2] ?? 200_000)
const ROUNDS = 3
const DISTINCT = 4096

interface Workload {
  readonly name: string
  readonly devices: number
  /** Values in one message. */
  readonly width: number
  readonly write: (message: number, random: () => number) => string
}

const NAMES = ['voltage.a', 'voltage.b', 'voltage.c', 'current.a', 'current.b', 'current.c'].concat(
  ['power.active', 'power.reactive', 'frequency', 'energy.active.import'],
)
const ts = (message: number): number => ARRIVAL / 1000 + message * 20
const fixed = (random: () => number): string => (200 + random() * 60).toFixed(2)

function spaced(width: number, separator: string): Workload['write'] {
  const colon = separator === '' ? ':' : ': '
  const comma = separator === '' ? ',' : ', '
  return (message, random) => {
    const values = NAMES.slice(0, width).map((name) => `"${name}"${colon}${fixed(random)}`)
    return `{"ts"${colon}${ts(message)}${comma}"values"${colon}{${values.join(comma)}}}`
  }
}

const WORKLOADS: readonly Workload[] = [
  { name: '1 value', devices: 1, width: 1, write: spaced(1, '') },
  { name: '1 value, spaces', devices: 1, width: 1, write: spaced(1, ' ') },
  {
    name: '1 value, no ts',
    devices: 1,
    width: 1,
    write: (_, random) => `{"values":{"voltage.a":${fixed(random)}}}`,
  },
  {
    name: '1 value of 10 by chance',
    devices: 1,
    width: 1,
    write: (message, random) =>
      `{"ts":${ts(message)},"values":{"${NAMES[Math.floor(random() * 10)]}":${fixed(random)}}}`,
  },
  {
    name: '1 value, 17 digits',
    devices: 1,
    width: 1,
    write: (message, random) =>
      `{"ts":${ts(message)},"values":{"voltage.a":${200 + random() * 60}}}`,
  },
  {
    name: '1 value, a float32',
    devices: 1,
    width: 1,
    write: (message, random) =>
      `{"ts":${ts(message)},"values":{"voltage.a":${Math.fround(200 + random() * 60)}}}`,
  },
  { name: '1 value, 1000 devices', devices: 1000, width: 1, write: spaced(1, '') },
  { name: '10 values', devices: 1, width: 10, write: spaced(10, '') },
  { name: '10 values, spaces', devices: 1, width: 10, write: spaced(10, ' ') },
  { name: '10 values, 1000 devices', devices: 1000, width: 10, write: spaced(10, '') },
  {
    name: '1 value, RFC 3339',
    devices: 1,
    width: 1,
    write: (message, random) =>
      `{"ts":"${new Date(ts(message)).toISOString()}","values":{"voltage.a":${fixed(random)}}}`,
  },
  {
    name: '2 values, one quality',
    devices: 1,
    width: 2,
    write: (message, random) =>
      `${spaced(2, '')(message, random).slice(0, -1)},"quality":{"voltage.a":"questionable"}}`,
  },
  {
    name: '1 value, SenML',
    devices: 1,
    width: 1,
    write: (message, random) =>
      `[{"n":"voltage.a","u":"V","t":${ts(message) / 1000},"v":${fixed(random)}}]`,
  },
]

/** All messages in one buffer, as a socket would deliver them; `ends[i]` is where message `i` stops. */
function write(workload: Workload): { bytes: Uint8Array; ends: Uint32Array } {
  const random = seededRandom(7)
  const texts = Array.from({ length: DISTINCT }, (_, index) => workload.write(index, random))
  const ends = new Uint32Array(DISTINCT)
  let end = 0
  for (const [index, text] of texts.entries()) {
    end += text.length
    ends[index] = end
  }
  return { bytes: Buffer.from(texts.join('')), ends }
}

/** Nanoseconds a message, and the hash. */
function run(workload: Workload): { nanos: number; hash: number } {
  const { bytes, ends } = write(workload)
  const draft = newDraft()
  const decoders = Array.from(
    { length: workload.devices },
    (_, index) => new CanonicalDecoder(newNames(), draft, `meter-${index}`),
  )
  const { columns } = draft
  let hash = 0
  let nanos = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.hrtime.bigint()
    draft.base = 0
    let start = 0
    for (let message = 0; message < MESSAGES; message++) {
      const index = message % DISTINCT
      if (index === 0) start = 0
      const end = ends[index] as number
      const decoder = decoders[message % decoders.length] as CanonicalDecoder
      if (draft.base + workload.width > columns.points.length) draft.base = 0
      const outcome = decoder.decode(bytes, start, end, ARRIVAL)
      assert(outcome === 'ok', 'every message of a bench is readable')
      draft.base += draft.count
      start = end
      const row = draft.base - 1
      hash = Math.imul(hash, 31) + columns.values[row]! * 100 + columns.times[row]!
      hash = (hash ^ columns.points[row]!) | 0
    }
    nanos = Math.min(nanos, Number(process.hrtime.bigint() - began) / MESSAGES)
  }
  return { nanos, hash }
}

for (const workload of WORKLOADS) {
  const { nanos, hash } = run(workload)
  const perMessage = nanos.toFixed(0).padStart(6)
  const perValue = (nanos / workload.width).toFixed(0).padStart(5)
  const line = `${workload.name.padEnd(26)}${perMessage} ns/message ${perValue} ns/value  ${hash >>> 0}\n`
  process.stdout.write(line)
}
