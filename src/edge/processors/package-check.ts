import { Worker } from 'node:worker_threads'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Trust } from './own-packages.ts'
import type { siteEntries } from './site-entries.ts'

export interface RehearsalOrder {
  /** Of the package. */
  readonly text: string
  readonly trust: Trust
  /** Of modules of the site's own, by name. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly site: ReturnType<typeof siteEntries>
  readonly directory: string
  readonly nowUs: number
}

export type RehearsalReport =
  | {
      readonly kind: 'fit'
      readonly name: string
      readonly version: string
      readonly signer: string | undefined
      readonly readings: number
    }
  | { readonly kind: 'refused'; readonly text: string; readonly hint: string | undefined }

/**
 * Whether a package may run here, found out beside everything else: a module is anybody's code until then, and may not come back.
 * @throws GridError `input` that says why it may not.
 */
export async function checkPackage(
  order: RehearsalOrder,
): Promise<RehearsalReport & { readonly kind: 'fit' }> {
  const worker = new Worker(new URL('./rehearsal-thread.ts', import.meta.url), {
    workerData: order,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.queryThreadHeapMb },
  })
  const { promise, resolve } = Promise.withResolvers<RehearsalReport>()
  const refuse = (text: string): void => resolve({ kind: 'refused', text, hint: undefined })
  const timer = setTimeout(
    () => refuse(`the module did not come through its rehearsal in ${limits.packageCheckMs} ms`),
    limits.packageCheckMs,
  )
  worker.once('message', resolve)
  worker.once('error', (thrown) => refuse(`the rehearsal ended: ${errorText(thrown)}`))
  worker.once('exit', () => refuse('the rehearsal ended'))
  try {
    const told = await promise
    if (told.kind === 'fit') return told
    throw new GridError('input', told.text, told.hint === undefined ? {} : { hint: told.hint })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
