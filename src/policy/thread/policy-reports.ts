import { Worker } from 'node:worker_threads'
import { type ErrorCode, GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { PolicyChoice } from './desk-messages.ts'

export interface ReportSettings {
  readonly directory: string
  readonly anchorPath?: string | undefined
  /** Which one explains. */
  readonly policy: PolicyChoice
}

export type ReportOrder =
  | { readonly kind: 'decisions'; readonly limit: number }
  | { readonly kind: 'verify' }
  | { readonly kind: 'certificate'; readonly month: string }
  | { readonly kind: 'explain-row'; readonly row: number }
  | { readonly kind: 'explain-record'; readonly record: string }

export type ReportReply =
  | { readonly kind: 'made'; readonly value: unknown }
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode
      readonly text: string
      readonly hint: string
    }

/** Reports about the decision log, each made in a thread of its own beside the one that serves requests. */
export class PolicyReports {
  readonly #settings: ReportSettings
  readonly #workers = new Set<Worker>()

  constructor(settings: ReportSettings) {
    this.#settings = settings
  }

  /** What is to be sent as JSON. Throws a GridError: `in-use` where as many are made as may be. */
  async make(order: ReportOrder): Promise<unknown> {
    if (this.#workers.size >= limits.policyReports) {
      throw new GridError('in-use', `${limits.policyReports} reports are being made already`, {
        hint: 'Ask again in a moment.',
      })
    }
    const worker = new Worker(new URL('./report-worker.ts', import.meta.url), {
      workerData: { order, settings: this.#settings },
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: limits.policyThreadHeapMb,
        maxYoungGenerationSizeMb: limits.policyThreadYoungMb,
      },
    })
    this.#workers.add(worker)
    try {
      return await replyOf(worker)
    } finally {
      this.#workers.delete(worker)
      void worker.terminate()
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
  }
}

async function replyOf(worker: Worker): Promise<unknown> {
  const reply = await new Promise<ReportReply>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new GridError('in-use', 'the report was ended')))
  }).catch((thrown: unknown) => {
    if (thrown instanceof GridError) throw thrown
    throw new GridError('bug', `the report failed: ${errorText(thrown)}`, { cause: thrown })
  })
  if (reply.kind === 'made') return reply.value
  const { code, text, hint } = reply
  throw new GridError(code, text, hint === '' ? {} : { hint })
}
