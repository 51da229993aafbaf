import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { type RehearsalOrder, type Rehearsed, rehearse } from './rehearsal.ts'

/** In a thread of its own, for a module or a policy may not come back. */
export type RehearsalAnswer =
  | ({ readonly kind: 'passed' } & Rehearsed)
  | { readonly kind: 'failed'; readonly why: string }

rehearse(workerData as RehearsalOrder).then(
  (rehearsed) => answer({ kind: 'passed', ...rehearsed }),
  (thrown: unknown) => answer({ kind: 'failed', why: errorText(thrown) }),
)

function answer(message: RehearsalAnswer): void {
  parentPort?.postMessage(message)
}
