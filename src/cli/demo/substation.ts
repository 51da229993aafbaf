import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'
import type { Progress } from '../../simulator/simulation.ts'
import { Child } from './child.ts'
import { Observer } from './observer.ts'
import { reachableText } from './reachable.ts'
import type { SubstationFigures } from './table.ts'
import { UplinkCable } from './uplink-cable.ts'

export interface SubstationSettings {
  /** Its id in the site file, and what it is called. */
  readonly id: string
  readonly name: string
  /** Data folder of its edge; the site file and the ledger of the simulator lie beside it. */
  readonly data: string
  readonly mqtt: string
  readonly http: string
  readonly seed: string
  readonly devices: string
  readonly rate: string | undefined
  readonly onComplaint: (text: string) => void
}

export interface Started {
  readonly mqtt: string
  readonly http: string
}

/** An edge with the simulated devices of its substation, and its cable to the centre. */
export class Substation {
  readonly id: string
  readonly ledger: string
  readonly cable: UplinkCable
  readonly edge: Child
  /** Where it listens, once it does. */
  readonly ready: Promise<Started>
  readonly #settings: SubstationSettings
  #simulator: Child | undefined
  #observer: Observer | undefined
  #progress: Progress | undefined

  static async open(settings: SubstationSettings): Promise<Substation> {
    return new Substation(settings, await UplinkCable.lay())
  }

  private constructor(settings: SubstationSettings, cable: UplinkCable) {
    const { id, data, mqtt, http, onComplaint } = settings
    this.id = id
    this.cable = cable
    this.ledger = `${data}-ledger.json`
    this.#settings = settings
    const { promise: ready, resolve: setReady } = Promise.withResolvers<Started>()
    this.ready = ready
    const words = ['edge', '--site', this.#writeSite(), '--data', data]
    this.edge = new Child({
      name: `edge of ${id}`,
      words: [...words, '--mqtt', mqtt, '--http', http],
      onLine: (line) => {
        const [, mqttAt, httpAt] = READY.exec(line) ?? []
        if (mqttAt !== undefined && httpAt !== undefined) setReady({ mqtt: mqttAt, http: httpAt })
      },
      onComplaint,
    })
  }

  /** Its devices begin to send. */
  simulate({ mqtt, http }: Started): Child {
    const { devices, rate, seed, onComplaint } = this.#settings
    const words = ['simulate', '--json', '--mqtt', reachableText(mqtt), '--ledger', this.ledger]
    words.push(
      '--storm',
      '--seed',
      seed,
      '--devices',
      devices,
      ...(rate === undefined ? [] : ['--rate', rate]),
    )
    this.#observer = new Observer(`http://${reachableText(http)}`)
    this.#simulator = new Child({
      name: `simulator of ${this.id}`,
      words,
      onLine: (line) => {
        this.#progress = JSON.parse(line) as Progress
      },
      onComplaint,
    })
    return this.#simulator
  }

  /** Undefined: nothing has been simulated yet. */
  async look(): Promise<SubstationFigures | undefined> {
    const progress = this.#progress
    const seen = await this.#observer?.look()
    if (progress === undefined || seen === undefined) return undefined
    return { id: this.id, isCut: this.cable.isCut, ...progress, ...seen }
  }

  async stop(): Promise<void> {
    await this.#simulator?.stop(SIMULATOR_PATIENCE_MS)
    await this.edge.stop(EDGE_PATIENCE_MS)
    this.cable.remove()
  }

  /** The example, under this substation's name, and with its cable as the uplink. */
  #writeSite(): string {
    const { id, name, data } = this.#settings
    const uplink = `\nuplink:\n  url: mqtt://127.0.0.1:${this.cable.port}\n`
    const text = readFileSync(EXAMPLE, 'utf8').replace(NAMED, `  id: ${id}\n  name: ${name}\n`)
    const path = `${data}-site.yaml`
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text + uplink)
    return path
  }
}

const EXAMPLE = new URL('examples/demo.yaml', PROGRAM_FOLDER)
const NAMED = / {2}id: demo\n {2}name: .*\n/
const READY = /^ready mqtt=(\S+) http=(\S+)/
/** Together under the two seconds within which Ctrl-C has to be done. */
const SIMULATOR_PATIENCE_MS = 800
const EDGE_PATIENCE_MS = 1000
