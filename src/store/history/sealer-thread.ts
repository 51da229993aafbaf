import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { isCorrupt, markDamaged } from '../damage/corrupt.ts'
import { type Sealed, Sealer } from './sealer.ts'

/** What the thread says, and with the last word it ends. */
export type SealerMessage =
  | { readonly kind: 'sealed'; readonly sealed: Sealed }
  | { readonly kind: 'done' }
  /** `damaged`: a file is, and the next start will mend it; trying again would not. */
  | { readonly kind: 'failed'; readonly text: string; readonly damaged: boolean }

/** Seals what there is, and ends: between two runs it costs nothing. */
function run(directory: string): void {
  using sealer = new Sealer(directory)
  for (;;) {
    const sealed = sealer.seal()
    if (sealed === undefined) break
    post({ kind: 'sealed', sealed })
    if (sealed.readings < limits.sealReadings) break
  }
  post({ kind: 'done' })
}

function post(message: SealerMessage): void {
  parentPort?.postMessage(message)
}

const { directory } = workerData as { readonly directory: string }
try {
  run(directory)
} catch (cause) {
  const damaged = isCorrupt(cause) && markDamaged(directory, cause)
  post({ kind: 'failed', text: errorText(cause), damaged })
}
