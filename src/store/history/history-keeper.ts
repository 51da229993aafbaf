import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import { folderBytes } from '../folder-bytes.ts'
import { historyPath } from './history-file.ts'
import { type Retention, highWaterBytes } from './retention.ts'
import { sealDueReadings } from './seal-due.ts'
import type { Sealed } from './sealer.ts'
import type { SealerMessage, SealerOrder, SealerSettings } from './sealer-thread.ts'

/** What the keeper needs of the journal's writer. */
export interface SealedJournal {
  /** Readings committed since the start. */
  readonly readings: number
  /** Rows up to this one may go. */
  sealed(journal: number): void
}

export interface KeeperParts {
  readonly directory: string
  readonly journal: SealedJournal
  readonly names: { readonly pointsTotal: number }
  readonly retention: Retention
  /** A file is damaged, and only another start can mend that. */
  readonly onDamaged: (text: string) => void
}

/** Has the journal sealed into history, in a thread that ends when there has been nothing to seal for a while. */
export class HistoryKeeper {
  readonly #directory: string
  readonly #journal: SealedJournal
  readonly #names: { readonly pointsTotal: number }
  readonly retention: Retention
  #lookedMs = 0
  /** The last run has sealed something, or made room. */
  #hasMoved = true
  /** Readings that had to go, by the number of their device, since the data folder was made. */
  readonly thinned = new Map<number, number>()
  /** Windows of readings that went, which had to go themselves; likewise. */
  readonly thinnedWindows = new Map<number, number>()
  readonly #onDamaged: (text: string) => void
  readonly #timer: NodeJS.Timeout
  #worker: Worker | undefined
  #isSealing = false
  #idleSinceMs = 0
  #sealedReadings = 0
  #dueMs: number
  /** Since the start. */
  readonly totals: Record<Exclude<keyof Sealed, 'journal'>, number> = {
    readings: 0,
    spans: 0,
    written: 0,
    merged: 0,
    bytes: 0,
    repeated: 0,
    quarantined: 0,
  }
  /** Why the last run failed; empty: it did not. */
  failure = ''

  constructor({ directory, journal, names, retention, onDamaged }: KeeperParts) {
    this.#directory = directory
    this.retention = retention
    this.#onDamaged = onDamaged
    this.#learnThinned()
    this.#journal = journal
    this.#names = names
    this.#dueMs = performance.now() + limits.sealFirstMs
    this.#timer = setInterval(() => this.#consider(), limits.sealLookMs).unref()
  }

  /** Readings of the journal that are not in history yet, without what stood there when the process started. */
  get unsealed(): number {
    return Math.max(0, this.#journal.readings - this.#sealedReadings)
  }

  /** What is being sealed will be sealed after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    const worker = this.#worker
    if (worker === undefined) return
    if (this.#isSealing) await worker.terminate()
    else {
      this.#order('end')
      await once(worker, 'exit')
    }
  }

  #consider(): void {
    if (this.#isSealing) return
    const nowMs = performance.now()
    const isDue = nowMs >= this.#dueMs
    const isMuch = this.unsealed >= sealDueReadings(this.#names.pointsTotal) && this.failure === ''
    if (isMuch || isDue || this.#isOverBudget()) this.#seal()
    else if (nowMs - this.#idleSinceMs > limits.sealerIdleMs) this.#order('end')
  }

  /** Looked at now and then; where a run has moved nothing, it will not at once either. */
  #isOverBudget(): boolean {
    const now = performance.now()
    if (now - this.#lookedMs < (this.#hasMoved ? limits.budgetLookMs : limits.sealRetryMs))
      return false
    this.#lookedMs = now
    return folderBytes(this.#directory) > highWaterBytes(this.retention)
  }

  #learnThinned(): void {
    const path = historyPath(this.#directory)
    const db = new DatabaseSync(path, { readOnly: true, timeout: limits.readerBusyMs })
    try {
      for (const row of db.prepare('SELECT device, readings FROM thinned').iterate()) {
        this.thinned.set(row['device'] as number, row['readings'] as number)
      }
      for (const row of db.prepare('SELECT device, windows FROM thinned_windows').iterate()) {
        this.thinnedWindows.set(row['device'] as number, row['windows'] as number)
      }
    } finally {
      db.close()
    }
  }

  #seal(): void {
    this.#isSealing = true
    this.#hasMoved = false
    // A run that fails is tried again soon.
    this.#dueMs = performance.now() + limits.sealRetryMs
    this.#worker ??= this.#newWorker()
    this.#order('seal')
  }

  #order(order: SealerOrder): void {
    this.#worker?.postMessage(order)
  }

  #newWorker(): Worker {
    const settings: SealerSettings = { directory: this.#directory, retention: this.retention }
    const worker = new Worker(new URL('./sealer-thread.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: {
        maxYoungGenerationSizeMb: limits.sealerYoungMb,
        maxOldGenerationSizeMb: limits.sealerHeapMb,
      },
    })
    worker.on('message', (message: SealerMessage) => this.#receive(message))
    worker.on(
      'error',
      (cause) => (this.failure = cause instanceof Error ? cause.message : String(cause)),
    )
    worker.once('exit', () => {
      this.#worker = undefined
      this.#isSealing = false
    })
    return worker
  }

  #rest(): void {
    this.#isSealing = false
    this.#idleSinceMs = performance.now()
  }

  #receive(message: SealerMessage): void {
    switch (message.kind) {
      case 'failed':
        this.failure = message.text
        if (message.damaged) this.#onDamaged(message.text)
        this.#rest()
        return
      case 'thinned':
        this.#hasMoved = true
        this.#learnThinned()
        return
      case 'done':
        this.failure = ''
        this.#dueMs = performance.now() + limits.sealAfterMs
        this.#rest()
        return
      case 'sealed': {
        const { journal, ...amounts } = message.sealed
        this.#hasMoved = true
        for (const [name, amount] of Object.entries(amounts)) {
          this.totals[name as keyof typeof amounts] += amount
        }
        this.#sealedReadings += amounts.readings
        this.#journal.sealed(journal)
      }
    }
  }
}
