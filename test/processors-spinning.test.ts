import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type MqttClient, connectAsync } from 'mqtt'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { SITE, START_MS, deploy, events, processor, publish, until } from './processors/deployed.ts'
import { type Change, packageOf } from './processors/modules.ts'
import { Visitor } from './users/visitor.ts'

const SPIN = 'while (true) {}'
const INTO = {
  process: 'override process(batch: Batch): void {',
  configure: 'override configure(settings: Json, _site: Json): void {',
  tick: 'start(new HighLoad())',
  load: 'override load(state: StateReader): void {',
} as const

/** The template, with an endless loop where the edge calls it. */
function spinsIn(call: keyof typeof INTO): Change {
  const at = INTO[call]
  const loop = call === 'tick' ? tickOf(at) : `${at}\n    ${SPIN}`
  return (source) => source.replace(at, loop)
}

/** The template has no tick. */
function tickOf(start: string): string {
  const method = `override tick(_now: i64): void { ${SPIN} }`
  return `class Ticking extends HighLoad { ${method} }\n${start.replace('HighLoad', 'Ticking')}`
}

const CALLS = ['process', 'configure', 'tick'] as const
const well = await packageOf()

interface Packages {
  readonly name: string
  /** That it finds when it is mended. */
  readonly event: string
  readonly spinning: string
  readonly mended: string
}

async function packagesOf(call: (typeof CALLS)[number]): Promise<Packages> {
  const name = `spins-in-${call}`
  const event = `load.${call}`
  const manifest = { name, writes: [event] }
  const renamed: Change = (source) => source.replace("'load.high'", `'${event}'`)
  const spinning = await packageOf((source) => spinsIn(call)(renamed(source)), manifest)
  const mended = await packageOf(renamed, { ...manifest, version: '1.0.1' })
  return { name, event, spinning, mended }
}

const TOO_LONG = /a call took more than \d+ ms of processor time/
/** More than 1,000 ms of processor time, with much room for a machine that has other work. */
const CONTAINED_MS = 8000

describe('a module that does not come back, while readings flow', () => {
  let edge: TestedEdge
  let load: Load

  before(async () => {
    // What compiles them holds up whoever measures.
    for (const call of CALLS) await packagesOf(call)
    edge = await TestedEdge.start(SITE)
    load = await Load.start(edge)
  })

  after(async () => {
    await load.stop()
    edge.takeErrors()
    await edge[Symbol.asyncDispose]()
  })

  for (const call of CALLS) {
    test(`spins in ${call} from its first call: it alone is stopped, and replays what it missed once it is mended`, async () => {
      const { name, event, spinning, mended } = await packagesOf(call)
      const since = load.seconds
      const deployedMs = performance.now()
      deploy(edge, spinning, name)
      // The first time their thread begins with both.
      deploy(edge, well)
      const fault = await until(async () => (await processor(edge, name))?.fault, 'it is shown')
      assert.match(fault, TOO_LONG)
      assert.ok(performance.now() - deployedMs < CONTAINED_MS)
      await isShown(edge, name)
      const before = load.acknowledged
      await until(async () => load.acknowledged > before || undefined, 'ingest goes on')
      await until(async () => hasFound(edge, 'load.high', since), 'the other goes on')
      deploy(edge, mended, name)
      await until(async () => hasFound(edge, event, since), 'what it missed is found')
    })
  }

  test('nothing waited for them', () => {
    assert.ok(load.slowestMs < 5000, `an acknowledgement took ${load.slowestMs} ms`)
  })
})

test('a version that cannot take over the state: one that spins there is refused, one that traps begins with the journal', async () => {
  let edge = await TestedEdge.start(SITE)
  try {
    await deployOverHttp(edge, await packageOf())
    await until(async () => processor(edge), 'it runs')
    await publish(edge, 1, 15_000)
    await until(async () => (await events(edge))[0], 'the event')

    await deployOverHttp(edge, await packageOf(spinsIn('load'), { version: '2.0.0' }))
    const isRefused = async () => TOO_LONG.test((await processor(edge))?.refused ?? '') || undefined
    await until(isRefused, 'the spinning one is refused')
    assert.equal((await processor(edge))?.version, '1.0.0')
    edge.takeErrors()
    edge = await edge.kill()
    await until(isRefused, 'also after a restart')
    await publish(edge, 2, 100)
    const ended = async () => (await events(edge)).find(({ end }) => end !== null)
    await until(ended, 'the one before goes on with its state')

    const traps: Change = (source) => source.replace(INTO.load, `${INTO.load}\n    unreachable()`)
    await deployOverHttp(edge, await packageOf(traps, { version: '3.0.0' }))
    const second = await passRows(edge, '3.0.0')
    await publish(edge, second, 15_000)
    await until(async () => (await events(edge))[1], 'it finds events')
    assert.equal((await events(edge)).length, 2)
    edge.takeErrors()
  } finally {
    await edge[Symbol.asyncDispose]()
  }
})

/** Row after row until a version has taken the place of the one before. */
async function passRows(edge: TestedEdge, version: string): Promise<number> {
  for (let second = 3; second < 500; second++) {
    await publish(edge, second, 100)
    if (second % 10 === 0 && (await processor(edge))?.version === version) return second + 1
  }
  throw new Error('it never takes the place')
}

async function isShown(edge: TestedEdge, name: string): Promise<void> {
  const { problems } = await edge.health()
  assert.ok(problems.some((text) => text.startsWith(`Processor ${name} is stopped (a call took`)))
  assert.equal(problems.length, 1)
  const metrics = await edge.metrics()
  const stopped = [...metrics].filter(([key]) => key.startsWith('busbar_processor_stopped'))
  assert.deepEqual(
    stopped.filter(([, value]) => value === 1).map(([key]) => key),
    [`busbar_processor_stopped{processor="${name}"}`],
  )
  assert.match(edge.takeErrors(), new RegExp(`processor ${name} is stopped: a call took`))
}

async function hasFound(edge: TestedEdge, event: string, after: number): Promise<true | undefined> {
  const isLate = ({ name, start }: Record<string, unknown>): boolean =>
    name === event && Date.parse(String(start)) >= START_MS + after * 1000
  return (await events(edge)).some(isLate) || undefined
}

async function deployOverHttp(edge: TestedEdge, text: string): Promise<void> {
  const answer = await new Visitor(edge.http).post('/api/v1/processors', {
    who: 'bo',
    package: text,
  })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

/** A meter that tells twenty times a second, each time of another second of the past, half a minute high and half a minute low. */
class Load {
  readonly #client: MqttClient
  #isEnding = false
  readonly #ended: Promise<void>
  /** Of the reading that was sent last. */
  seconds = 0
  acknowledged = 0
  slowestMs = 0

  static async start(edge: TestedEdge): Promise<Load> {
    return new Load(await connectAsync(edge.url, { protocolVersion: 5 }))
  }

  private constructor(client: MqttClient) {
    this.#client = client
    this.#ended = this.#run()
  }

  async stop(): Promise<void> {
    this.#isEnding = true
    await this.#ended
    await this.#client.endAsync()
  }

  /** Ends with what was refused. */
  async #run(): Promise<void> {
    while (!this.#isEnding) {
      const value = ++this.seconds % 60 < 30 ? 100 : 15_000
      const ts = START_MS + this.seconds * 1000
      const payload = JSON.stringify({ ts, values: { 'power.active': value } })
      const sentMs = performance.now()
      await this.#client.publishAsync('grid/m2/readings', payload, { qos: 1 })
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sentMs)
      this.acknowledged++
      await delay(50)
    }
  }
}
