import { Worker } from 'node:worker_threads'
import { allocateAccounts } from '../core/accounts.ts'
import { assert } from '../core/assert.ts'
import { type Slot, allocateSlots, slotState, slotStates, slotsOf } from '../core/batch.ts'
import { type ErrorCode, GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { mayHaveRoom } from './disk-room.ts'
import { type Gauge, allocateGauges, gauge } from './gauges.ts'
import { LatestReadings, allocateLatest } from './latest.ts'
import {
  type Accompaniment,
  HAS_ACCOMPANIMENT,
  IS_PROBE,
  type RefusedBatch,
  type WriterMessage,
  type WriterSettings,
} from './writer-protocol.ts'

export interface WriterListener {
  /** Everything handed over up to this serial is on the disk. */
  durable(serial: number): void
  /** The disk has no room. Everything before is settled, and so is this, by being refused. */
  refused(batch: RefusedBatch): void
  /** The writer thread has ended and nothing will become durable any more. */
  failed(error: GridError): void
}

/**
 * The main thread's end of the writer. One slot is being filled (`slot`, `serial`), those before it are on their way to the
 * disk. `slot` is undefined while all are: that is the back-pressure.
 */
export class JournalWriter {
  readonly accounts: Float64Array<SharedArrayBuffer> = allocateAccounts()
  readonly #gauges = allocateGauges()
  readonly #latestMemory = allocateLatest()
  /** Of what is durable. */
  readonly latest: LatestReadings = new LatestReadings(this.#latestMemory)
  readonly #memory = allocateSlots()
  readonly #slots = slotsOf(this.#memory)
  readonly #states = slotStates(this.#memory)
  readonly #listener: WriterListener
  readonly #worker: Worker
  #serial = 1
  #durable = 0
  #isStopping = false
  readonly #exited: Promise<void>
  slot: Slot | undefined = this.#slots[1]
  /** Why the disk refused to write the last time it did; the same batch is tried again until it goes. */
  refusal = ''
  /** The disk has no room: what is handed over is refused, unless it is a probe and there is room again. */
  isFull = false
  readonly #directory: string

  /** Resolves when the journal is open and its accounts are restored. */
  static async start(directory: string, listener: WriterListener): Promise<JournalWriter> {
    return new Promise((resolve, reject) => {
      const writer: JournalWriter = new JournalWriter(directory, {
        durable: (serial) => listener.durable(serial),
        refused: (batch) => listener.refused(batch),
        failed: (error) => {
          reject(error)
          listener.failed(error)
        },
      })
      writer.#worker.on('message', (message: WriterMessage) => {
        if (typeof message === 'object' && message.kind === 'ready') resolve(writer)
        else writer.#receive(message)
      })
    })
  }

  private constructor(directory: string, listener: WriterListener) {
    this.#listener = listener
    this.#directory = directory
    const workerData: WriterSettings = {
      directory,
      slots: this.#memory,
      accounts: this.accounts,
      gauges: this.#gauges,
      latest: this.#latestMemory,
    }
    this.#worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData,
      resourceLimits: {
        maxYoungGenerationSizeMb: limits.writerThreadYoungMb,
        maxOldGenerationSizeMb: limits.writerThreadHeapMb,
      },
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.on('error', (cause) => {
      listener.failed(
        new GridError('disk', `the journal's writer ended: ${errorText(cause)}`, { cause }),
      )
    })
  }

  /** Serial of the slot that is being filled. */
  get serial(): number {
    return this.#serial
  }

  /** No slot is on its way to the disk. */
  get idle(): boolean {
    return this.#durable === this.#serial - 1
  }

  /** Stored readings that were committed since the start. */
  get readings(): number {
    return this.gauge('readings')
  }

  /** While it is full: whether a probe has a chance. */
  get mayHaveRoom(): boolean {
    return mayHaveRoom(this.#directory)
  }

  gauge(name: Gauge): number {
    return this.#gauges[gauge[name]] as number
  }

  /** Rows up to this one are in history: they may be taken away. */
  sealed(journal: number): void {
    this.#gauges[gauge.sealedJournal] = journal
  }

  /** Rows up to this one are needed by no processor; Infinity where there is none. */
  processed(journal: number): void {
    this.#gauges[gauge.processedJournal] = journal
  }

  /** Gives the slot that was being filled to the writer and goes on with the next. */
  handOver(
    { readings, notes, isProbe }: HandedOver,
    accompaniment: Accompaniment | undefined,
  ): void {
    assert(this.slot !== undefined, 'a slot is handed over once')
    const marks = (accompaniment === undefined ? 0 : HAS_ACCOMPANIMENT) | (isProbe ? IS_PROBE : 0)
    this.slot.counts.set([readings, notes, marks])
    if (accompaniment !== undefined) {
      const { kept } = accompaniment
      this.#worker.postMessage(accompaniment, kept === undefined ? [] : [kept.buffer])
    }
    this.#mark(slotState.filled)
    this.#serial++
    this.#takeNext()
  }

  /**
   * Writes what was handed over, then ends the thread. What is in the slot being filled was never acknowledged, nor was what a
   * disk still refuses when `limits.writerStopMs` have passed: the thread is ended as a power cut would end it.
   */
  async stop(): Promise<void> {
    this.#isStopping = true
    if (this.slot !== undefined) this.#mark(slotState.stop)
    const patience = setTimeout(() => void this.#worker.terminate(), limits.writerStopMs)
    await this.#exited
    clearTimeout(patience)
  }

  #mark(state: number): void {
    const index = this.#serial % this.#slots.length
    Atomics.store(this.#states, index, state)
    Atomics.notify(this.#states, index)
  }

  #takeNext(): void {
    const index = this.#serial % this.#slots.length
    const free = Atomics.load(this.#states, index) === slotState.free
    this.slot = free ? this.#slots[index] : undefined
  }

  #receive(message: WriterMessage): void {
    if (typeof message === 'number') {
      this.isFull = false
      this.#settle(message)
      this.#listener.durable(message)
      return
    }
    if (message.kind === 'full') {
      this.isFull = true
      this.#settle(message.serial)
      this.#listener.refused(message)
    } else if (message.kind === 'refused') this.refusal = message.text
    else if (message.kind === 'failed') {
      const { code, text, hint } = message
      this.#listener.failed(new GridError(code as ErrorCode, text, hint === '' ? {} : { hint }))
    }
  }

  #settle(serial: number): void {
    this.#durable = serial
    if (this.slot === undefined) this.#takeNext()
    if (this.#isStopping && this.slot !== undefined) this.#mark(slotState.stop)
  }
}

interface HandedOver {
  readonly readings: number
  readonly notes: number
  readonly isProbe: boolean
}
