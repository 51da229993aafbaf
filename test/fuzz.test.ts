import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz/fuzz-run.ts'
import { fuzzedBytes } from './fuzz/fuzz-round.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { siteWith } from './transports/site.ts'

/** `npm run fuzz -- --seconds 3600 --seed N`; in the gate half a minute of one seed. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed)
const skip = process.platform === 'linux' ? false : 'needs more addresses than one'

describe('fuzzing a running edge', { skip }, () => {
  test('the same seed sends the same bytes', () => {
    assert.deepEqual(fuzzedBytes(seed), fuzzedBytes(seed))
    assert.notDeepEqual(fuzzedBytes(seed), fuzzedBytes(seed + 1))
  })

  test(`${seconds} seconds from seed ${seed}`, async (context) => {
    await using edge = await TestedEdge.start(siteWith({ webSocket: '' }), 1)
    const { rounds, grownMb, received, broken } = await fuzz(edge, { seconds, seed })
    const figures = `${received} messages taken, ${broken} connections ended by the edge`
    context.diagnostic(`${rounds} rounds, ${figures}, it grew by ${Math.round(grownMb)} MB`)
  })
})
