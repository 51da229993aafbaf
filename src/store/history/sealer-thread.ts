import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Retention } from './retention.ts'
import { type Sealed, Sealer } from './sealer.ts'
import { Thinner } from './thinner.ts'

export interface SealerSettings {
  readonly directory: string
  readonly retention: Retention
}

/** What the thread says, and with the last word it ends. */
export type SealerMessage =
  | { readonly kind: 'sealed'; readonly sealed: Sealed }
  /** Some readings had to go. */
  | { readonly kind: 'thinned' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly text: string }

/** Seals what there is, and ends: between two runs it costs nothing. What has to make room goes before each sealing, and after the last. */
function run({ directory, retention }: SealerSettings): void {
  using sealer = new Sealer(directory)
  const thinner = new Thinner(sealer.db, { directory, retention, keep: keepNothing })
  for (;;) {
    if (thinner.thin(Date.now()) > 0) post({ kind: 'thinned' })
    const sealed = sealer.seal()
    if (sealed === undefined) break
    post({ kind: 'sealed', sealed })
    if (sealed.readings < limits.sealReadings) break
  }
  if (thinner.thin(Date.now()) > 0) post({ kind: 'thinned' })
  post({ kind: 'done' })
}

/** Of readings that go, only their number stays. */
function keepNothing(): void {}

function post(message: SealerMessage): void {
  parentPort?.postMessage(message)
}

try {
  run(workerData as SealerSettings)
} catch (cause) {
  post({ kind: 'failed', text: errorText(cause) })
}
