import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../src/core/random.ts'
import { examine } from '../../src/store/doctor/doctor.ts'
import { historyPath } from '../../src/store/history/history-file.ts'
import type { Comparison } from './comparison.ts'
import { type EdgeAddresses, EdgeUnderTest } from './edge-under-test.ts'
import { Fleet } from './fleet.ts'
import { compareEdge, compareFolder, requireAccounts, requireWhole } from './store-check.ts'

/** What an edge stands on, and what a kill does to it. */
export interface Ground {
  /** The data folder; another one after each kill, if need be. */
  readonly directory: string
  /** For the next process. */
  environment(random: Random): Readonly<Record<string, string>>
  /** The process was killed. */
  struck(random: Random): void
  /** The process has ended as it should. */
  stopped(): void
}

/** What was done, and in readings what came of it. */
export interface Tally {
  cycles: number
  kills: number
  killsDuringStart: number
  killsDuringStop: number
  acknowledged: number
  again: number
  conflicts: number
  /** Rows of the journal that history took over, and the spans that they became. */
  sealedRows: number
  spans: number
}

export function emptyTally(): Tally {
  const kills = { kills: 0, killsDuringStart: 0, killsDuringStop: 0 }
  return { cycles: 0, ...kills, acknowledged: 0, again: 0, conflicts: 0, sealedRows: 0, spans: 0 }
}

/** Cycles that are each compared with everything; later ones now and then, or a long run would do nothing else. */
const CYCLES_COMPARED = 20
const COMPARED_EVERY = 10

const LOAD_MS_MAX = 400
const HASTE_MS_MAX = 120
const STOP_MS_MAX = 60
/** So that every kill strikes an edge that acknowledges. */
const SAMPLES_MIN = 100
/** The first guess, until one start was measured. */
const START_MS = 400

export interface FolderRunSettings {
  readonly ground: Ground
  readonly random: Random
  readonly tally: Tally
}

/** Devices, and an edge on one data folder that is killed and started again in every way a supervisor or the mains may. */
export class FolderRun {
  readonly #ground: Ground
  readonly #random: Random
  readonly #tally: Tally
  readonly #fleet: Fleet
  #edge: EdgeUnderTest
  #startMs = START_MS

  constructor({ ground, random, tally }: FolderRunSettings) {
    this.#ground = ground
    this.#random = random
    this.#tally = tally
    this.#fleet = new Fleet(Math.floor(random() * 1e9), Date.now())
    this.#edge = this.#start()
  }

  /** What the edge said, and how it is. */
  get words(): string {
    return this.#edge.words
  }

  /** The folder is new: half of the time the first kill strikes while it is made. */
  async begin(): Promise<void> {
    if (this.#random() < 0.5) await this.#killSoon()
    await this.#admit()
  }

  async cycle(number: number): Promise<void> {
    await this.#fleet.progress(SAMPLES_MIN)
    await this.#wait(LOAD_MS_MAX)
    await this.#end()
    const isCompared = number < CYCLES_COMPARED || number % COMPARED_EVERY === 0
    const isReadFirst = this.#random() < 0.5
    let stored = isCompared && isReadFirst ? await this.#compare() : undefined
    this.#edge = this.#start()
    if (this.#random() < 0.3) {
      await this.#killSoon()
      stored = undefined
    }
    const { http } = await this.#ready()
    if (isCompared && !isReadFirst) stored = await this.#compare()
    await requireAccounts(this.#fleet.records, http, stored)
    await this.#admit()
    this.#tally.cycles++
  }

  /** Nothing is in flight any more: what the edge answers, and what it leaves, is exactly what was sent. */
  async finish(): Promise<void> {
    await this.#fleet.drain()
    const { records } = this.#fleet
    const { http } = await this.#ready()
    const answered = await compareEdge(records, http)
    requireWhole(answered)
    await requireAccounts(records, http, answered)
    await this.#edge.stop()
    this.#ground.stopped()
    const left = await this.#compare()
    if (left.stored !== left.acknowledged) {
      throw new Error(`${left.stored} are stored, but ${left.acknowledged} are acknowledged`)
    }
    this.#countSealed()
    const findings = [...examine(this.#ground.directory)].filter((step) => 'advice' in step)
    if (findings.length > 0) throw new Error(`the doctor: ${JSON.stringify(findings.slice(0, 3))}`)
    this.#tally.acknowledged += left.acknowledged
    for (const { acknowledged } of records) {
      this.#tally.again += acknowledged.again
      this.#tally.conflicts += acknowledged.conflict
    }
  }

  async close(): Promise<void> {
    this.#fleet.close()
    await this.#edge.kill()
  }

  /** Where nothing was sealed, no kill can have struck a sealing, and the test proves too little. */
  #countSealed(): void {
    const db = new DatabaseSync(historyPath(this.#ground.directory), { readOnly: true })
    const row = db
      .prepare('SELECT journal, (SELECT count(*) FROM spans) AS spans FROM sealed')
      .get()
    db.close()
    if (row?.['spans'] === 0) throw new Error('nothing was sealed')
    this.#tally.sealedRows += row?.['journal'] as number
    this.#tally.spans += row?.['spans'] as number
  }

  /** Also what a dead edge leaves can be read, before another one recovers it. */
  async #compare(): Promise<Comparison> {
    const comparison = await compareFolder(this.#fleet.records, this.#ground.directory)
    requireWhole(comparison)
    return comparison
  }

  /** Mostly in the middle of everything; sometimes while it stops as it was asked to. */
  async #end(): Promise<void> {
    if (this.#random() < 0.2) {
      this.#edge.askToStop()
      await this.#wait(STOP_MS_MAX)
      if ((await this.#kill()) === 'killed') this.#tally.killsDuringStop++
    } else if ((await this.#kill()) !== 'killed') {
      throw new Error('it ended by itself')
    }
  }

  /** While it starts and recovers, once or twice; or just when the devices come back. */
  async #killSoon(): Promise<void> {
    const times = 1 + Math.floor(this.#random() * 2)
    for (let time = 0; time < times; time++) {
      if (this.#random() < 0.6) {
        await this.#wait(this.#startMs * 1.2)
        this.#tally.killsDuringStart++
      } else {
        await this.#admit()
        await this.#wait(HASTE_MS_MAX)
      }
      if ((await this.#kill()) !== 'killed') throw new Error('it did not start')
      this.#edge = this.#start()
    }
  }

  #start(): EdgeUnderTest {
    const { directory } = this.#ground
    return new EdgeUnderTest({ directory, environment: this.#ground.environment(this.#random) })
  }

  async #kill(): Promise<'killed' | 'ended before'> {
    const killed = this.#edge.kill()
    this.#fleet.address = undefined
    const outcome = await killed
    this.#tally.kills++
    this.#ground.struck(this.#random)
    return outcome
  }

  /** Lets the devices connect. */
  async #admit(): Promise<void> {
    this.#fleet.address = (await this.#ready()).mqtt
  }

  async #ready(): Promise<EdgeAddresses> {
    const addresses = await this.#edge.ready
    if (addresses === undefined) throw new Error('it did not start')
    this.#startMs = this.#edge.startMs
    return addresses
  }

  async #wait(msMax: number): Promise<void> {
    await sleep(Math.floor(this.#random() * msMax))
  }
}
