import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Address } from '../../src/core/address.ts'
import type { Wire } from '../../src/simulator/fleet/wire.ts'
import { writeLedger } from '../../src/simulator/ledger.ts'
import { newPlan } from '../../src/simulator/plan.ts'
import { Simulation } from '../../src/simulator/simulation.ts'
import { openWire } from '../uplink/open-wire.ts'
import { Program } from '../uplink/program.ts'
import { freePort } from '../uplink/servers.ts'
import { PingProbe, isLive } from './probes.ts'
import { SampleLog } from './sample-log.ts'
import { SupervisedEdge } from './supervised-edge.ts'
import { Watch } from './watch.ts'
import { WornMachine } from './worn-machine.ts'

export const DEVICES = 40
export const SAMPLES_PER_SECOND = 100
/** How long all has to be well before a fault counts as over. */
const CALM_MS = 300
const RECOVERY_MS = 60_000
const DRAIN_MS = 30_000
const DEMO = resolve(import.meta.dirname, '../../examples/demo.yaml')

export interface SubstationSettings {
  readonly folder: string
  /** Programs that an upgrade goes to and fro between; the first is what runs. */
  readonly versions: readonly string[]
  readonly seed: number
  readonly restartMs: number
  /** How long what lasts is kept up. */
  readonly holdMs: number
  readonly hasCentre: boolean
  readonly canWear: boolean
}

/** An edge under supervision, devices that never stop, a centre behind a line, and two who ask without end whether the edge answers. */
export class Substation implements AsyncDisposable {
  readonly settings: SubstationSettings
  readonly mqtt: Address
  readonly url: string
  readonly machine: WornMachine | undefined
  readonly line: Wire
  readonly edge: SupervisedEdge
  readonly samples = new SampleLog()
  readonly watches: readonly Watch[]
  readonly #simulation: Simulation
  readonly #parts: AsyncDisposableStack
  #program = 0

  static async open(settings: SubstationSettings): Promise<Substation> {
    await using opened = new AsyncDisposableStack()
    let target = ''
    const line = opened.use(await openWire(() => target))
    if (settings.hasCentre) {
      const { versions, folder } = settings
      const where = ['--data', join(folder, 'centre'), '--mqtt', HERE, '--http', HERE]
      const centre = opened.use(await Program.start([versions[0] ?? '', 'centre', ...where]))
      target = centre.addresses['mqtt'] ?? ''
    }
    const ports = { mqtt: await freePort(), http: await freePort() }
    const substation = new Substation(settings, { line, ports, parts: opened.move() })
    try {
      substation.#simulation.start()
      await substation.recovered()
      return substation
    } catch (thrown) {
      await substation[Symbol.asyncDispose]()
      throw thrown
    }
  }

  private constructor(settings: SubstationSettings, { line, ports, parts }: Opened) {
    const { folder, versions, restartMs, seed } = settings
    this.settings = settings
    this.#parts = parts
    this.line = line
    this.machine = settings.canWear ? parts.use(new WornMachine(folder)) : undefined
    this.mqtt = { host: '127.0.0.1', port: ports.mqtt }
    this.url = `http://127.0.0.1:${ports.http}`
    const site = join(folder, 'site.yaml')
    writeFileSync(site, siteText(settings.hasCentre ? line.port : undefined))
    const where = ['--site', site, '--data', join(folder, 'data')]
    const at = ['--mqtt', `127.0.0.1:${ports.mqtt}`, '--http', `127.0.0.1:${ports.http}`]
    const words = [versions[0] ?? '', 'edge', ...where, ...at]
    const environment = this.machine?.environment ?? {}
    this.edge = parts.use(new SupervisedEdge({ words, environment, restartMs }))
    const probe = parts.use(new PingProbe(this.mqtt))
    this.watches = [new Watch(async () => probe.ask()), new Watch(async () => isLive(this.url))]
    parts.defer(async () => void (await Promise.all(this.watches.map((each) => each.stop()))))
    this.#simulation = this.#devices(seed)
  }

  #devices(seed: number): Simulation {
    const rates = { messagesPerSecond: SAMPLES_PER_SECOND, deviceCount: DEVICES }
    return new Simulation({
      seed,
      isStormy: false,
      plan: newPlan({ startMs: Date.now(), ...rates }),
      address: this.mqtt,
      messages: Infinity,
      onFate: (sample) => this.samples.add(sample, performance.now()),
    })
  }

  /** The other version. */
  async upgrade(): Promise<void> {
    const { versions } = this.settings
    this.#program = (this.#program + 1) % versions.length
    await this.edge.restart(versions[this.#program])
  }

  /** A module of the utility's own, as a person gives it who has the data folder. */
  deploy(name: string, text: string): void {
    const folder = join(this.settings.folder, 'data/processors')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${name}.new`), text)
    renameSync(join(folder, `${name}.new`), join(folder, `${name}.json`))
  }

  /** Everybody has an answer, and every device is there without anything behind. */
  async recovered(): Promise<void> {
    let calmFromMs: number | undefined
    for (const endMs = performance.now() + RECOVERY_MS; performance.now() < endMs;) {
      const { connections, waiting } = this.#simulation.progress
      const isCalm =
        this.watches.every(({ isAnswered }) => isAnswered) &&
        connections === DEVICES &&
        waiting <= DEVICES
      calmFromMs = isCalm ? (calmFromMs ?? performance.now()) : undefined
      if (calmFromMs !== undefined && performance.now() - calmFromMs >= CALM_MS) return
      await pause(20)
    }
    const { errors } = this.edge
    throw new Error(`the substation did not recover in ${RECOVERY_MS} ms: ${errors.join('\n')}`)
  }

  /** Devices take no more samples. How many wait for an answer that will not come. */
  async settle(): Promise<number> {
    await this.#simulation.stop(DRAIN_MS)
    return this.#simulation.progress.waiting
  }

  /** What devices saw acknowledged, for `busbar ledger check`. */
  writeLedger(complete: boolean): string {
    const file = join(this.settings.folder, 'ledger.json')
    writeLedger(file, this.#simulation.ledger(complete))
    return file
  }

  async hold(): Promise<void> {
    await pause(this.settings.holdMs)
  }

  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`)
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(await response.text())
    return Number(found?.[1])
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(`${this.url}${path}`)).json()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#simulation.stop(0)
    await this.#parts.disposeAsync()
  }
}

const HERE = '127.0.0.1:0'

interface Opened {
  readonly line: Wire
  readonly ports: { readonly mqtt: number; readonly http: number }
  readonly parts: AsyncDisposableStack
}

function siteText(uplinkPort: number | undefined): string {
  const uplink = `uplink: { url: 'mqtt://127.0.0.1:${uplinkPort}' }\n`
  const own = 'processors: { allowUnsigned: true }\n'
  return `${readFileSync(DEMO, 'utf8')}
${own}${uplinkPort === undefined ? '' : uplink}`
}

/** Until it is so. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const endMs = performance.now() + RECOVERY_MS; performance.now() < endMs; await pause(50))
    if (await isSo()) return
  throw new Error(`waited ${RECOVERY_MS} ms: ${what}`)
}
