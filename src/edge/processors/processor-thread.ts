import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import { Runner, type Step } from '../../kernel/runner.ts'
import type { Loaded } from '../../kernel/running.ts'
import { isCorrupt } from '../../store/damage/corrupt.ts'
import { JournalRows } from '../../store/results/journal-rows.ts'
import { putResultsAside } from '../../store/results/results-file.ts'
import { ResultsWriter } from '../../store/results/results-writer.ts'
import {
  type ExportOrder,
  type ProcessorStatus,
  type Publication,
  type SiteEvent,
  type ThreadMessage,
  type ThreadOrder,
  type ThreadSettings,
  type ThreadStatus,
  words,
} from './protocol.ts'
import { type LoadedModules, Modules } from './modules.ts'
import { publicationOf } from './publications.ts'

/** The thread of processors: runs them behind the journal, stores what they find, and passes it on to be published. */
class ProcessorThread {
  readonly #settings: ThreadSettings
  readonly #runner: Runner
  readonly #store: ResultsWriter
  readonly #journal: JournalRows
  readonly #modules: Modules
  #refused: ReadonlyMap<string, string>
  #places: readonly string[] = []
  readonly #ticker: NodeJS.Timeout
  #isWorking = false
  #hasEnded = false
  #removed = 0

  constructor(settings: ThreadSettings, modules: Modules, { loaded, refused }: LoadedModules) {
    this.#settings = settings
    this.#modules = modules
    this.#refused = refused
    this.#store = new ResultsWriter({ ...settings, of: settings.modules.of })
    this.#journal = new JournalRows(settings.directory)
    const { words: shared, site, banned } = settings
    const before = modules.before(loaded, this.#store.processors())
    this.#name([...before, ...loaded])
    this.#runner = new Runner({
      journal: this.#journal,
      store: this.#store,
      site,
      loaded: before,
      banned,
      watch: {
        begin: ({ digest }, call) => {
          const place = this.#places.indexOf(digest) + 1
          Atomics.add(shared, words.calls, 1)
          Atomics.store(shared, words.busy, call === 'usual' ? place : -place)
        },
        end: () => Atomics.store(shared, words.busy, 0),
      },
      stopwatch: () => performance.now(),
    })
    this.#runner.update(loaded)
    this.#publishLeft()
    this.#ticker = setInterval(() => this.#tick(), limits.processorTickMs)
    this.advance()
  }

  advance(): void {
    Atomics.store(this.#settings.words, words.told, 0)
    if (this.#isWorking) return
    this.#isWorking = true
    this.#work()
  }

  published(sequence: number): void {
    if (!this.#hasEnded) this.#store.published(sequence)
  }

  sent(order: ExportOrder): void {
    if (order.kind === 'renew') this.#store.renew(order.stream)
    else this.#store.acknowledge(order.stream, order.ranges)
  }

  /** What is still on its way to this thread, or was put off by it, comes too late. */
  end(): void {
    this.#hasEnded = true
    clearInterval(this.#ticker)
    this.#isWorking = true
    this.#runner.save()
    this.#journal[Symbol.dispose]()
    this.#store[Symbol.dispose]()
    parentPort?.close()
  }

  status(): ThreadStatus {
    const running = [...this.#runner.running].map((own): ProcessorStatus => {
      const { loaded, times, journal, readings, results, dropped, memoryBytes } = own
      const { name, version, digest } = loaded
      const { calls, seconds } = times
      const quantiles = { p50Seconds: times.quantile(50), p99Seconds: times.quantile(99) }
      const amounts = { readings, results, dropped, calls, seconds, memoryBytes }
      return {
        name,
        version,
        digest,
        journal,
        fault: '',
        refused: this.#refused.get(name) ?? this.#runner.refused.get(name) ?? '',
        shadow: this.#runner.comparison(name),
        ...amounts,
        ...quantiles,
      }
    })
    const stopped = [...this.#runner.stopped].map((record): ProcessorStatus => {
      const { name, version, digest, journal, fault = '' } = record
      return { name, version, digest, journal, ...NOTHING, fault }
    })
    const known = new Set([...running, ...stopped].map(({ name }) => name))
    const refused = [...this.#refused]
      .filter(([name]) => !known.has(name))
      .map(([name, fault]): ProcessorStatus => {
        return { name, version: '', digest: '', journal: 0, ...NOTHING, fault }
      })
    return {
      processors: [...running, ...stopped, ...refused],
      safeJournal: this.#runner.safeJournal,
      behindReadings: this.#isWorking ? this.#journal.readingsAfter(this.#runner.place) : 0,
      damagedRows: this.#runner.damagedRows,
      missedRows: this.#runner.missedRows,
      removedResults: this.#removed,
    }
  }

  /** On its way before one of them is called, which may not come back. */
  #name(modules: readonly Loaded[]): void {
    this.#places = [...new Set(modules.map(({ digest }) => digest))]
    post({ kind: 'modules', digests: this.#places })
  }

  #work(): void {
    if (this.#hasEnded) return
    const step = this.#runner.step()
    this.#publish(step)
    if (step.isBehind) setImmediate(() => this.#work())
    else this.#isWorking = false
  }

  #tick(): void {
    if (!this.#isWorking) this.#publish(this.#runner.tick(Date.now() * 1000))
    if (this.#modules.haveChanged) void this.#reload()
    const { safeTick } = this.#runner
    this.#removed += this.#store.sweep({ ticksUpTo: safeTick, nowMs: performance.now() })
    post({ kind: 'status', status: this.status() })
  }

  async #reload(): Promise<void> {
    const { loaded, refused } = await this.#modules.load()
    if (this.#hasEnded) return
    this.#refused = refused
    const running = [...this.#runner.running].map((own) => own.loaded)
    this.#name([...running, ...loaded])
    this.#runner.update(loaded)
    this.advance()
  }

  /** What was stored and not published when the process before ended. */
  #publishLeft(): void {
    for (let last = 0; ;) {
      const { found, sequence } = this.#store.unpublished(last, limits.resultsAtOnce)
      if (found.length === 0) return
      this.#publish({ found, sequence })
      last = sequence
    }
  }

  #publish({ found, sequence }: Pick<Step, 'found' | 'sequence'>): void {
    const publications: Publication[] = []
    const events: SiteEvent[] = []
    for (const { processor, results } of found) {
      for (const result of results) {
        const subject = this.#runner.book.numbered(result.subject)
        if (subject === undefined) continue
        publications.push(publicationOf(result, subject))
        if (result.kind !== 'event') continue
        const { kind, id } = subject
        events.push({ ...result, processor, subject: { kind, id } })
      }
    }
    if (publications.length > 0) post({ kind: 'found', publications, events, sequence })
  }
}

const NOTHING = {
  refused: '',
  shadow: undefined,
  readings: 0,
  results: 0,
  dropped: 0,
  calls: 0,
  seconds: 0,
  memoryBytes: 0,
  p50Seconds: 0,
  p99Seconds: 0,
}

/** Of this thread, as Linux numbers it. */
function taskNumber(): number {
  return process.platform === 'linux' ? Number(basename(readlinkSync('/proc/thread-self'))) : 0
}

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

// Where processors are few, those that acknowledge go first. Elsewhere than on Linux this would be said of the whole process.
// A service that was started still further behind stays there: only root may go forward.
if (process.platform === 'linux') setPriority(Math.max(getPriority(), limits.processorNice))

const settings = workerData as ThreadSettings
// The thread ends with what is thrown here, and the next one begins anew.
process.once('uncaughtExceptionMonitor', (cause) => {
  if (isCorrupt(cause)) putResultsAside(settings.directory, settings.modules.of)
})
post({ kind: 'begun', task: taskNumber() })
const modules = new Modules(settings.directory, settings.modules)
const thread = new ProcessorThread(settings, modules, await modules.load())
post({ kind: 'ready', status: thread.status() })

parentPort?.on('message', (order: ThreadOrder) => {
  switch (order.kind) {
    case 'advance':
      return thread.advance()
    case 'published':
      return thread.published(order.sequence)
    case 'acknowledged':
    case 'renew':
      return thread.sent(order)
    case 'end':
      return thread.end()
  }
})
