import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import type { Sealed } from './sealer.ts'
import type { SealerMessage } from './sealer-thread.ts'

/** What the keeper needs of the journal's writer. */
export interface SealedJournal {
  /** Readings committed since the start. */
  readonly readings: number
  /** Rows up to this one may go. */
  sealed(journal: number): void
}

/** Has the journal sealed into history, in a thread that lives as long as that takes. */
export class HistoryKeeper {
  readonly #directory: string
  readonly #journal: SealedJournal
  readonly #onDamaged: (text: string) => void
  readonly #timer: NodeJS.Timeout
  #worker: Worker | undefined
  #sealedReadings = 0
  #dueMs: number
  /** Since the start. */
  readonly totals: Record<Exclude<keyof Sealed, 'journal'>, number> = {
    readings: 0,
    spans: 0,
    merged: 0,
    bytes: 0,
    repeated: 0,
    quarantined: 0,
  }
  /** Why the last run failed; empty: it did not. */
  failure = ''

  /** `onDamaged`: a file is damaged, and only another start can mend that. */
  constructor(directory: string, journal: SealedJournal, onDamaged: (text: string) => void) {
    this.#directory = directory
    this.#onDamaged = onDamaged
    this.#journal = journal
    this.#dueMs = performance.now() + limits.sealFirstMs
    this.#timer = setInterval(() => this.#consider(), limits.sealLookMs).unref()
  }

  /** Readings of the journal that are not in history yet, without what stood there when the process started. */
  get unsealed(): number {
    return Math.max(0, this.#journal.readings - this.#sealedReadings)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#worker?.terminate()
  }

  #consider(): void {
    if (this.#worker !== undefined) return
    const isDue = performance.now() >= this.#dueMs
    const isMuch = this.unsealed >= limits.sealReadings && this.failure === ''
    if (isMuch || isDue) this.#start()
  }

  #start(): void {
    if (this.#worker !== undefined) return
    // A run that fails is tried again soon.
    this.#dueMs = performance.now() + limits.sealRetryMs
    const worker = new Worker(new URL('./sealer-thread.ts', import.meta.url), {
      workerData: { directory: this.#directory },
      resourceLimits: {
        maxYoungGenerationSizeMb: limits.sealerYoungMb,
        maxOldGenerationSizeMb: limits.sealerHeapMb,
      },
    })
    this.#worker = worker
    worker.on('message', (message: SealerMessage) => this.#receive(message))
    worker.on(
      'error',
      (cause) => (this.failure = cause instanceof Error ? cause.message : String(cause)),
    )
    worker.once('exit', () => {
      this.#worker = undefined
      if (this.failure === '') this.#dueMs = performance.now() + limits.sealAfterMs
    })
  }

  #receive(message: SealerMessage): void {
    switch (message.kind) {
      case 'failed':
        this.failure = message.text
        if (message.damaged) this.#onDamaged(message.text)
        return
      case 'done':
        this.failure = ''
        return
      case 'sealed': {
        const { journal, ...amounts } = message.sealed
        for (const [name, amount] of Object.entries(amounts)) {
          this.totals[name as keyof typeof amounts] += amount
        }
        this.#sealedReadings += amounts.readings
        this.#journal.sealed(journal)
      }
    }
  }
}
