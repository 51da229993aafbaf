import { Worker } from 'node:worker_threads'
import { type ErrorCode, GridError } from '../../core/errors.ts'
import type { Site } from './site.ts'

/** What the thread says. */
export type SiteAnswer =
  | { readonly kind: 'read'; readonly site: Site }
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly text: string
      readonly hint: string
    }

/**
 * `loadSite` in a thread that ends, which takes along what is needed to read a site file and never again, the schema and YAML: 10 MB. Meanwhile the
 * edge is loaded beside it.
 */
export async function readSite(path: string): Promise<Site> {
  const { promise, resolve, reject } = Promise.withResolvers<SiteAnswer>()
  const thread = new Worker(new URL('./site-thread.ts', import.meta.url), { workerData: path })
  thread.once('message', resolve).once('error', reject)
  thread.once('exit', () => {
    reject(new GridError('bug', `${path}: the thread that reads it ended without an answer`))
  })
  const answer = await promise
  if (answer.kind === 'read') return answer.site
  const { code, text, hint } = answer
  throw new GridError(code, text, hint === '' ? {} : { hint })
}
