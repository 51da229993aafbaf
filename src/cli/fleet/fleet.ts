import { mkdirSync, readFileSync } from 'node:fs'
import { type Socket, connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../core/random.ts'
import type { UplinkSettings } from '../../edge/site/uplink.ts'
import { type Fault, planFaults } from '../../simulator/fleet/fault-plan.ts'
import { Wire } from '../../simulator/fleet/wire.ts'
import { decodeEnvelope } from '../../uplink/envelope.ts'
import { Histogram } from '../bench/histogram.ts'
import { FleetSite, type SentCounters } from './fleet-site.ts'

export interface FleetSettings {
  readonly sites: number
  /** All sites together. */
  readonly recordsPerSecond: number
  readonly seconds: number
  readonly seed: number
  /** Records of each site before it connects. */
  readonly backlog: number
  readonly directory: string
  readonly uplink: (site: string) => UplinkSettings
  /** Links are in this process, so that they can be cut. */
  readonly hasWires: boolean
  readonly hasFaults: boolean
}

export interface FleetProgress {
  readonly connected: number
  readonly found: number
  readonly acknowledged: number
  readonly p50Ms: number
  readonly p99Ms: number
}

interface Member {
  readonly site: FleetSite
  readonly wire: Wire | undefined
  faults: readonly Fault[]
  /** What is wrong at present. */
  fault: Fault | undefined
}

/** Many sites in one process, each with an outbox and a connection of its own. */
export class Fleet {
  readonly #settings: FleetSettings
  readonly #members: Member[] = []
  readonly #startUs = Date.now() * 1000
  /** From the commit at a site to its acknowledgement. */
  latency: Histogram = new Histogram()
  /** Records in envelopes that went twice. */
  duplicated = 0
  found = 0
  #ring = 0

  static async open(settings: FleetSettings): Promise<Fleet> {
    const fleet = new Fleet(settings)
    for (let number = 0; number < settings.sites; number++) await fleet.#add(number)
    return fleet
  }

  private constructor(settings: FleetSettings) {
    this.#settings = settings
  }

  get sites(): readonly FleetSite[] {
    return this.#members.map(({ site }) => site)
  }

  get startUs(): number {
    return this.#startUs
  }

  get reordered(): number {
    return this.#members.reduce((sum, { wire }) => sum + (wire?.reordered ?? 0), 0)
  }

  get progress(): FleetProgress {
    return {
      connected: this.sites.filter(({ isConnected }) => isConnected).length,
      found: this.found,
      acknowledged: this.acknowledged,
      p50Ms: this.latency.quantileMs(0.5),
      p99Ms: this.latency.quantileMs(0.99),
    }
  }

  forgetLatency(): void {
    this.latency = new Histogram()
  }

  get acknowledged(): number {
    return this.sites.reduce((sum, { acknowledged }) => sum + acknowledged, 0)
  }

  get counters(): SentCounters {
    const all = this.sites.map(({ counters }) => counters)
    const sum = (name: keyof SentCounters): number =>
      all.reduce((total, each) => total + each[name], 0)
    return {
      records: sum('records'),
      envelopes: sum('envelopes'),
      resent: sum('resent'),
      stuck: sum('stuck'),
      connections: sum('connections'),
      acknowledgements: sum('acknowledgements'),
    }
  }

  /** Before the site connects: found while nobody was there to hear of it. */
  fill(site: FleetSite, records: number): void {
    for (let left = records; left > 0; left -= COMMIT_RECORDS)
      this.#find(site, Math.min(left, COMMIT_RECORDS))
  }

  connect(): void {
    for (const site of this.sites) site.connect()
  }

  /** Sites find records at the rate that was asked for, one after the other, and what is to go wrong goes wrong. */
  async run(seconds: number): Promise<void> {
    const { recordsPerSecond, sites, hasFaults, seed } = this.#settings
    const durationMs = seconds * 1000
    if (hasFaults)
      for (const [number, member] of this.#members.entries())
        member.faults = planFaults({ seed, site: number, durationMs })
    const each = Math.max(1, Math.round(recordsPerSecond / sites))
    const beginMs = performance.now()
    let due = 0
    for (let nowMs = 0; nowMs < durationMs; nowMs = performance.now() - beginMs) {
      for (const member of this.#members) this.#inflict(member, nowMs)
      const goal = (nowMs * recordsPerSecond) / 1000
      for (let turns = 0; due + each <= goal && turns < sites; turns++) {
        const { site } = this.#members[this.#ring++ % sites] as Member
        if (site.isOn) this.#find(site, each)
        due += each
      }
      await pause(STEP_MS)
    }
    this.#heal()
  }

  #heal(): void {
    for (const member of this.#members) {
      member.faults = []
      this.#begin(member, undefined)
    }
  }

  /** All connections break in one moment. */
  storm(): void {
    for (const { wire } of this.#members) wire?.drop()
  }

  /** Resolves when all that was found by now is acknowledged; false: it took too long. */
  async settled(patienceMs: number): Promise<boolean> {
    const goals = this.sites.map(({ last }) => last)
    const isDone = (): boolean =>
      this.sites.every(({ acknowledged, isConnected }, at) => {
        return acknowledged >= (goals[at] as number) && isConnected
      })
    for (const endMs = performance.now() + patienceMs; performance.now() < endMs;) {
      if (isDone()) return true
      await pause(STEP_MS)
    }
    return isDone()
  }

  close(): void {
    for (const { site, wire } of this.#members) {
      site.close()
      wire?.close()
    }
  }

  async #add(number: number): Promise<void> {
    const { seed, hasWires, hasFaults, directory: all } = this.#settings
    const name = `sim-${String(number + 1).padStart(4, '0')}`
    const directory = join(all, name)
    mkdirSync(directory, { recursive: true })
    const real = this.#settings.uplink(name)
    const share = hasFaults ? FAULTY_SHARE : 0
    const wire = hasWires
      ? await Wire.open({
          connect: () => connectTo(real),
          envelopes: {
            random: seededRandom(Math.imul(seed + 1, number + 1)),
            duplicated: share,
            reordered: share,
            onDuplicate: (payload) => (this.duplicated += recordsIn(payload)),
          },
        })
      : undefined
    const uplink = wire === undefined ? real : { ...real, url: `mqtt://127.0.0.1:${wire.port}` }
    const onAcknowledged = (ms: number, records: number): void =>
      this.latency.record(ms * 1000, records)
    const startUs = this.#startUs
    const site = new FleetSite({ name, directory, uplink, startUs, onAcknowledged })
    this.#members.push({ site, wire, faults: [], fault: undefined })
  }

  #find(site: FleetSite, records: number): void {
    site.find(records)
    this.found += records
  }

  #inflict(member: Member, nowMs: number): void {
    const { fault, faults, wire } = member
    const now = faults.find(({ atMs, endMs }) => atMs <= nowMs && nowMs < endMs)
    if (now !== fault) this.#begin(member, now)
    const isFlap = now?.kind === 'flap' && wire !== undefined
    if (isFlap) wire.mode = Math.floor((nowMs - now.atMs) / FLAP_MS) % 2 === 0 ? 'cut' : 'open'
  }

  #begin(member: Member, fault: Fault | undefined): void {
    const { site, wire } = member
    member.fault = fault
    if (fault?.kind === 'reboot') site.powerOff()
    else site.powerOn()
    if (wire === undefined) return
    const kind = fault?.kind
    if (kind === 'outage' || kind === 'flap') wire.mode = 'cut'
    else if (kind === 'slow' || kind === 'mute') wire.mode = kind
    else wire.mode = 'open'
  }
}

/** TLS begins behind the wire; the site speaks to it in plain. */
function connectTo({ url, ca, certificate, key }: UplinkSettings): Socket {
  const { hostname: host, port, protocol } = new URL(url)
  if (protocol === 'mqtt:') return connectTcp({ host, port: Number(port || 1883), noDelay: true })
  const read = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readFileSync(path)
  const credentials = { ca: read(ca), cert: read(certificate), key: read(key) }
  return connectTls({ host, port: Number(port || 8883), servername: host, ...credentials })
}

function recordsIn(payload: Buffer): number {
  const { body } = decodeEnvelope(payload)
  return body.kind === 'records' ? body.records.length : 0
}

const STEP_MS = 20
const FLAP_MS = 400
/** A commit of a backlog. */
const COMMIT_RECORDS = 1000
/** Of the envelopes. */
const FAULTY_SHARE = 0.02
