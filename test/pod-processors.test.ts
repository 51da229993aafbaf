import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { publicationOf } from '../src/edge/processors/publications.ts'
import { loadBuiltIn } from '../src/kernel/built-in.ts'
import { isRead } from '../src/kernel/subjects.ts'
import { Trial, type TrialReading, type TrialSetting } from '../src/kernel/trial.ts'
import { PUBLISH, ScriptedBroker, publish, puback, result } from './pod/scripted-broker.ts'
import { RUNTIMES, TestedPod } from './pod/tested-pod.ts'

const HOSTED = [
  'aggregation',
  'feeder',
  'frequency',
  'outage',
  'power-quality',
  'transformer',
  'validation',
]
const SECOND = 1_000_000
const WINDOW_MS = 600_000
/** Of all readings, and some for sending them. */
const SPAN_MS = 75_000
const SITE = { frequencyHz: 50, limits: 'gbt' }
const SETTINGS: Readonly<Record<string, object>> = { frequency: { holdMs: 0 } }

/** A minute in which the frequency falls and the voltage of one device goes, the other way round for the other. */
function readings(start: number): TrialReading[] {
  return Array.from({ length: 60 }, (_, second) => {
    const time = start + second * SECOND
    const isLow = second >= 20 && second < 40
    const of = (subject: string, quantity: string, value: number): TrialReading => {
      return { subject, quantity, time, value }
    }
    return [
      of('m1', 'frequency', isLow ? 49.125 : 50),
      of('m1', 'voltage.a', 231.5),
      of('m2', 'voltage.a', isLow ? 0 : 229.75),
      of('m2', 'current.a', 12.5),
    ]
  }).flat()
}

function messageOf(some: readonly TrialReading[]): string {
  return JSON.stringify(
    some.map(({ quantity, time, value }) => ({ ts: time / 1000, values: { [quantity]: value } })),
  )
}

/** What an edge with this processor alone would publish. */
async function published(name: string, all: readonly TrialReading[]): Promise<string[]> {
  const setting: TrialSetting = { settings: SETTINGS[name] ?? {}, site: SITE }
  const trial = await Trial.start(name, setting)
  trial.feed(all)
  return trial.take().map((found) => {
    const entry = { number: 0, kind: 'device', id: found.subject, entry: undefined } as const
    const { topic, payload } = publicationOf({ ...found, subject: 0 }, entry)
    return `${topic} ${payload}`
  })
}

for (const { runtime, skip } of RUNTIMES) {
  describe(`power-data-processor under ${runtime}`, { skip }, () => {
    test('publishes what an edge with the same processors does', async () => {
      await using broker = await ScriptedBroker.start()
      const variables = {
        PROCESSOR_SETTINGS: JSON.stringify(SETTINGS),
        PROCESSOR_SITE: JSON.stringify(SITE),
      }
      await using _pod = await TestedPod.start(
        runtime,
        broker.port,
        variables,
        'power-data-processor',
      )
      await broker.welcome()
      // Of now: the pod's clock ticks, and what is long past would be closed. No window of ten minutes ends meanwhile, which the two would close elsewhere.
      const leftMs = WINDOW_MS - (Date.now() % WINDOW_MS)
      if (leftMs < SPAN_MS) await pause(leftMs)
      const all = readings(Math.floor(Date.now() / 1000) * SECOND)
      for (let at = 0; at < all.length; at += 2) {
        const pair = all.slice(at, at + 2)
        broker.send(publish(`grid/${pair[0]?.subject}/readings`, messageOf(pair)))
      }
      const expected = new Map<string, string[]>()
      for (const name of HOSTED) expected.set(name, await published(name, all))
      assert.ok((expected.get('frequency')?.length ?? 0) > 0)
      let left = [...expected.values()].flat()
      while (left.length > 0) {
        const packet = await broker.any(10_000)
        if (packet?.type !== PUBLISH) assert.fail(`never published: ${left.join('\n')}`)
        const { id, topic, payload } = result(packet)
        broker.send(puback(id))
        left = left.filter((line) => line !== `${topic} ${payload}`)
      }
    })
  })
}

test('every processor of the pod reads something of what it is fed', async () => {
  const all = readings(0)
  for (const name of HOSTED) {
    const { manifest } = await loadBuiltIn(name)
    assert.ok(all.some(({ quantity }) => isRead(manifest.reads, quantity)))
  }
})
