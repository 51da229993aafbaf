import { Worker } from 'node:worker_threads'
import { assert } from '../../core/assert.ts'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { SiteEntry } from '../../kernel/site-book.ts'
import {
  type ExportOrder,
  type Publication,
  type SiteEvent,
  type ModuleSet,
  type ThreadMessage,
  type ThreadOrder,
  type ThreadSettings,
  type ThreadStatus,
  words,
} from './protocol.ts'
import { type CallLimits, ThreadWatch } from './thread-watch.ts'

export interface HostParts {
  readonly directory: string
  readonly site: { readonly entry: unknown; readonly subjects: readonly SiteEntry[] }
  readonly modules: ModuleSet
  readonly areSent: boolean
  readonly callMs: CallLimits
  readonly onStatus: () => void
  readonly publish: (publications: readonly Publication[]) => void
  /** `kept` is to be called when whoever takes them would not miss them after a power cut; until then they may come again. */
  readonly onEvents: (events: readonly SiteEvent[], kept: () => void) => void
  readonly warn: (text: string) => void
}

/**
 * The main thread's end of the processors: tells their thread that the journal has grown, publishes what they find, and ends the thread when a
 * module does not come back. It never waits for them.
 */
export class ProcessorHost {
  readonly #parts: HostParts
  #words = newWords()
  #worker: Worker | undefined
  #watch: ThreadWatch | undefined
  #timer: NodeJS.Timeout | undefined
  #restart: NodeJS.Timeout | undefined
  #digests: readonly string[] = []
  #isStopping = false
  /** The thread is being ended for a module that did not come back. */
  #isCut = false
  /** Modules that did not come back: digest to reason. The thread that is ready has written it down. */
  readonly #banned = new Map<string, string>()
  /** Threads that ended when they should not have. */
  restarts = 0
  /** Since one was ready. */
  #failures = 0
  /** Why it could not be started; empty: it runs, or is about to. */
  failure = ''
  status: ThreadStatus = NO_STATUS

  constructor(parts: HostParts) {
    this.#parts = parts
    this.#start()
  }

  /** It has failed time and again: the journal is not kept for it any more. */
  get isGivenUp(): boolean {
    return this.#failures >= limits.processorFailures
  }

  /** The journal has grown. */
  advance(): void {
    if (this.#worker !== undefined && Atomics.exchange(this.#words, words.told, 1) === 0)
      this.#order({ kind: 'advance' })
  }

  /** What is lost while there is no thread is told again. */
  sent(order: ExportOrder): void {
    this.#order(order)
  }

  get of(): ModuleSet['of'] {
    return this.#parts.modules.of
  }

  /** What they have not come to will be computed after the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    clearTimeout(this.#restart)
    const worker = this.#worker
    if (worker === undefined) return
    const patience = setTimeout(() => void worker.terminate(), limits.processorStopMs)
    this.#order({ kind: 'end' })
    await new Promise((resolve) => worker.once('exit', resolve))
    clearTimeout(patience)
  }

  #start(): void {
    const { directory, site, modules, areSent } = this.#parts
    this.#words = newWords()
    const workerData: ThreadSettings = {
      directory,
      site,
      modules,
      areSent,
      banned: this.#banned,
      words: this.#words,
    }
    const worker = new Worker(new URL('./processor-thread.ts', import.meta.url), {
      workerData,
      resourceLimits: {
        maxYoungGenerationSizeMb: limits.processorYoungMb,
        maxOldGenerationSizeMb: limits.processorHeapMb,
      },
    })
    this.#worker = worker
    worker.on('message', (message: ThreadMessage) => this.#receive(message))
    worker.on('error', (cause) => {
      const text = errorText(cause)
      if (text !== this.failure) this.#parts.warn(`processors: ${text}`)
      this.failure = text
    })
    worker.once('exit', () => this.#ended())
  }

  #ended(): void {
    clearInterval(this.#timer)
    this.#watch = undefined
    this.#worker = undefined
    if (this.#isStopping) return
    this.restarts++
    const delayMs = limits.processorRestartMs * 4 ** this.#failures
    // A module that did not come back is not in the next thread, and the next may be another.
    if (!this.#isCut) this.#failures++
    this.#isCut = false
    this.#parts.onStatus()
    const patience = Math.min(delayMs, limits.processorRestartMsMax)
    this.#restart = setTimeout(() => this.#start(), patience)
  }

  #receive(message: ThreadMessage): void {
    switch (message.kind) {
      case 'begun':
        this.#watch = new ThreadWatch(this.#words, message.task, this.#parts.callMs)
        this.#timer = setInterval(() => this.#look(), limits.processorWatchMs).unref()
        return
      case 'modules':
        this.#digests = message.digests
        return
      case 'ready':
        this.#banned.clear()
        this.#failures = 0
        this.failure = ''
        this.#learn(message.status)
        return
      case 'found':
        this.#parts.publish(message.publications)
        this.#parts.onEvents(message.events, () =>
          this.#order({ kind: 'published', sequence: message.sequence }),
        )
        return
      case 'status':
        this.#learn(message.status)
    }
  }

  #learn(status: ThreadStatus): void {
    for (const { name, fault } of status.processors) {
      const before = this.status.processors.find((own) => own.name === name)
      if (fault !== '' && before?.fault !== fault)
        this.#parts.warn(`processor ${name} is stopped: ${fault}`)
    }
    this.status = status
    this.#parts.onStatus()
  }

  #look(): void {
    const tooLong = this.#watch?.look()
    if (tooLong === undefined) return
    const { place, callMs } = tooLong
    const digest = this.#digests[place - 1]
    assert(digest !== undefined, 'a thread names a module before it calls it')
    this.#watch = undefined
    this.#isCut = true
    this.#banned.set(digest, `a call took more than ${callMs} ms of processor time`)
    void this.#worker?.terminate()
  }

  #order(order: ThreadOrder): void {
    this.#worker?.postMessage(order)
  }
}

function newWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(words.total * 4))
}

/** Until it is known what they need, nothing is taken away. */
const NO_STATUS: ThreadStatus = {
  processors: [],
  safeJournal: 0,
  behindReadings: 0,
  damagedRows: 0,
  missedRows: 0,
  removedResults: 0,
}
