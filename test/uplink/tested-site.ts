import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { SiteInfo } from '../../src/centre/ledger.ts'
import { seededRandom } from '../../src/core/random.ts'
import type { Wire } from '../../src/simulator/fleet/wire.ts'
import { openWire } from './open-wire.ts'
import { Program } from './program.ts'

export interface TestedSiteSettings {
  readonly id: string
  readonly folder: string
  /** HOST:PORT of the broker of the centre, asked for each connection. */
  readonly target: () => string
  /** Of the envelopes that go through the wire. */
  readonly duplicated?: number
  readonly reordered?: number
  readonly environment?: Readonly<Record<string, string>>
  /** The edge as it is shipped, with its policy and one meter; otherwise everything leaves but single remarks. */
  readonly isShipped?: boolean
  /** More of the part `uplink` of the site file, each `key: value`. */
  readonly uplink?: readonly string[]
}

interface Uplink {
  readonly pending: number
  readonly isStuck: boolean
  readonly streams: readonly { readonly last: number; readonly acknowledged: number }[]
}

interface EdgeEvent {
  readonly name: string
  readonly subject: string
  readonly key?: number
  readonly start: string
  readonly end: string | null
  readonly value: number
  readonly state: string
  readonly fields?: { readonly limit?: number }
}

interface CentreEvent {
  readonly name: string
  readonly subject: { readonly id: string }
  readonly key: number
  readonly time: string
  readonly end: string | null
  readonly fields: { readonly value: number; readonly state: string }
}

const START_MS = Date.UTC(2026, 5, 1)
const ANYWHERE = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
const PATIENCE_MS = 90_000
const RANGE = 'from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&limit=10000'

/** A real edge behind a wire, and what it has found compared with what a centre has of it. */
export class TestedSite implements AsyncDisposable {
  readonly id: string
  readonly edge: Program
  readonly wire: Wire
  #rounds = 0
  /** Of the last event that is to be found in what was sent. */
  #lastStart = ''

  static async start(settings: TestedSiteSettings): Promise<TestedSite> {
    const { id, folder, target, environment, duplicated = 0, reordered = 0 } = settings
    const { isShipped = false } = settings
    const wire = await openWire(target, { random: seededRandom(29), duplicated, reordered })
    const directory = join(folder, id)
    mkdirSync(directory, { recursive: true })
    const file = join(directory, 'site.yaml')
    const uplink = [`url: 'mqtt://127.0.0.1:${wire.port}'`, ...(settings.uplink ?? [])].join(', ')
    writeFileSync(file, `${siteText(id, isShipped ? 'meter' : 'rtu')}uplink: { ${uplink} }\n`)
    const data = join(directory, 'data')
    const shipped = ['src/cli/main.ts', 'edge', '--site', file, '--data', data, ...ANYWHERE]
    const words = isShipped ? shipped : ['test/uplink/open-edge.ts', file, data]
    return new TestedSite(id, wire, await Program.start(words, environment))
  }

  private constructor(id: string, wire: Wire, edge: Program) {
    this.id = id
    this.wire = wire
    this.edge = edge
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.wire.close()
    await this.edge[Symbol.asyncDispose]()
  }

  /** Second after second the frequency falls and comes back, sometimes so deep that the event has to stay. A dozen events a round. */
  async feed(rounds: number): Promise<void> {
    const url = `mqtt://${this.edge.addresses['mqtt']}`
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 })
    for (let round = 0; round < rounds; round++) {
      const startMs = START_MS + this.#rounds++ * 20_000
      const readings = Array.from({ length: 200 }, (_, at) => {
        const low = this.#rounds % 5 === 0 ? 48.9 : 49.6
        const frequency = at % 20 < 10 ? 50 : low
        return { ts: startMs + at * 100, values: { frequency } }
      })
      this.#lastStart = new Date(startMs + 19_000).toISOString()
      await client.publishAsync('grid/m1/readings', JSON.stringify(readings), { qos: 1 })
    }
    await client.endAsync()
  }

  async uplink(): Promise<Uplink> {
    return ((await this.edge.get('/api/v1/uplink')) as { readonly uplink: Uplink }).uplink
  }

  async at(centre: Program): Promise<SiteInfo> {
    return (await centre.get(`/api/v1/sites/${this.id}`)) as SiteInfo
  }

  /** All that may leave is there, to the unit, and the site knows that it is. Says how many events. */
  async settled(centre: Program): Promise<number> {
    let why = ''
    for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await pause(500)) {
      const { streams } = await this.uplink()
      const isDone =
        streams.length > 0 && streams.every(({ last, acknowledged }) => acknowledged >= last)
      why = JSON.stringify(streams)
      if (isDone && (await this.isWhole(centre))) return (await this.#bothEvents(centre))[0].length
    }
    const [left, arrived] = await this.#bothEvents(centre)
    return assert.fail(
      `${why}, ${left.length} left, ${arrived.length} arrived\n${this.edge.errors.join('')}\n${centre.errors.join('')}`,
    )
  }

  /** False: what was found is not all there yet. */
  async isWhole(centre: Program): Promise<boolean> {
    const [left, arrived] = await this.#bothEvents(centre)
    const isFound = left.some((each) => each.includes(this.#lastStart))
    if (!isFound || left.length !== arrived.length) return false
    const { streams, missing } = await this.at(centre)
    if (missing > 0) return false
    assert.deepEqual(arrived, left)
    assert.ok(streams.every(({ lost }) => lost === 0))
    return true
  }

  /** Seconds since then until somebody who looks at the edge is told, wherever he looks. */
  async alarmedSeconds(sinceMs: number): Promise<number> {
    const isSaid = async (): Promise<boolean> => {
      const { problems } = (await this.edge.get('/healthz')) as { problems: readonly string[] }
      return problems.some((each) => each.startsWith('Nothing gets through to the centre'))
    }
    const seconds = await secondsUntil(sinceMs, isSaid)
    assert.match(await this.edge.text('/metrics'), /^busbar_uplink_stuck\S* 1$/m)
    return seconds
  }

  async eventsAt(centre: Program): Promise<readonly CentreEvent[]> {
    const path = `/api/v1/events?${RANGE}&site=${this.id}`
    return ((await centre.get(path)) as { readonly events: readonly CentreEvent[] }).events
  }

  async #bothEvents(centre: Program): Promise<readonly [string[], string[]]> {
    const { events } = (await this.edge.get(`/api/v1/events?${RANGE}`)) as { events: EdgeEvent[] }
    const left = events
      .filter(({ fields }) => fields?.limit !== 49)
      .map((each) => {
        const { name, subject, key = 0, start, end, value, state } = each
        return JSON.stringify([name, subject, key, start, end, value, state])
      })
    const arrived = (await this.eventsAt(centre)).map(({ name, subject, key, time, end, fields }) =>
      JSON.stringify([name, subject.id, key, time, end, fields.value, fields.state]),
    )
    return [left.toSorted(), arrived.toSorted()]
  }
}

/** Seconds since then until it is so, which has to be soon. */
export async function secondsUntil(sinceMs: number, isSo: () => Promise<boolean>): Promise<number> {
  for (;;) {
    const isNow = await isSo()
    const seconds = (performance.now() - sinceMs) / 1000
    assert.ok(seconds < ALARM_SECONDS, `it is not so within ${ALARM_SECONDS} seconds`)
    if (isNow) return seconds
    await pause(200)
  }
}

export const ALARM_SECONDS = 30

function siteText(id: string, kind: string): string {
  return `site: { id: ${id}, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: m1, kind: ${kind}, feeder: f1 }]
`
}
